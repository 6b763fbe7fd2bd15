from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        statement = self.env.DB.prepare("SELECT ?").bind(1, "two", None, 2.5)
        rows = await statement.all()
        reveal_type(rows.meta.changes)  # T: NUM
        reveal_type(rows.meta["duration"])  # T: NUM
        reveal_type(rows.meta.last_row_id)  # T: NUM
        done = await statement.run()
        reveal_type(done.success)  # T: bool || Literal[True]
        first = await statement.first()
        if first is not None:
            print(first["id"], first.id)
        lists = await statement.raw()
        print(lists[0][0])
        named = await statement.raw(columnNames=True)
        print(named[0])
        both = await self.env.DB.batch([statement, self.env.DB.prepare("x")])
        for each in both:
            print(each.results)
        ran = await self.env.DB.exec("CREATE TABLE t (x)")
        reveal_type(ran.count)  # T: NUM
        session = self.env.DB.withSession("first-primary")
        reveal_type(session.getBookmark())  # T: str | None
        print(await session.prepare("x").all())
        self.env.DB.batch(statement)  # E
        self.env.DB.prepare()  # E
        statement.all(1)  # E
        await self.env.DB.exec(5)  # E
        statement.results  # E
        return Response("done")

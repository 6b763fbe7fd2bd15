from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        statement = self.env.DB.prepare("SELECT id, name FROM users WHERE id > ?1").bind(5)
        for row in await statement.raw():
            print(row[0], row[1], len(row))
        header, *rest = await statement.raw(columnNames=True)
        print(header, rest)
        with_names = await statement.raw({"columnNames": True})
        reveal_type(len(with_names))  # T: int
        done = await self.env.DB.exec("CREATE TABLE a (b); CREATE TABLE c (d)")
        reveal_type(done.count)  # T: NUM
        reveal_type(done["duration"])  # T: NUM
        value = await statement.first("name")
        if value is not None:
            print(value)
        await statement.raw(names=True)  # E
        await self.env.DB.exec()  # E
        await self.env.DB.exec(statement)  # E
        done.rows  # E
        statement.raw()[0]  # E
        return Response("done")

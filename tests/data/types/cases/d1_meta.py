from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        info = await self.env.DB.prepare("INSERT INTO t VALUES (?, ?, ?, ?)").bind(1, "two", None, b"four").run()
        reveal_type(info.success)  # T: bool || Literal[True]
        reveal_type(info.meta.last_row_id)  # T: NUM
        reveal_type(info.meta["changes"])  # T: NUM
        reveal_type(info["meta"]["rows_read"])  # T: NUM
        reveal_type(info.meta.changed_db)  # T: bool
        reveal_type(info.meta.duration)  # T: NUM
        if info.meta.changes == 0:
            return Response("nothing", status=404)
        for row in info.results:
            print(row["id"], row.id)
        selected = (await self.env.DB.prepare("SELECT * FROM t").all()).results
        reveal_type(len(selected))  # T: int
        names = [row["name"] for row in selected if row["name"]]
        print(names, {**selected[0]}, list(selected[0].keys()))
        info["metadata"]  # E
        info.rows  # E
        self.env.DB.prepare("x").run().meta  # E
        self.env.DB.prepare("x").all().results  # E
        self.env.DB.prepare("x").bind(1).prepare("y")  # E
        return Response.json(selected)

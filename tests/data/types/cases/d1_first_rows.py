from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        row = await self.env.DB.prepare("SELECT * FROM users WHERE id = ?").bind(1).first()
        row["name"]  # E
        if row is None:
            return Response("no such user", status=404)
        print(row["name"], row.name, row.get("email"), dict(row))
        for column, value in row.items():
            reveal_type(column)  # T: str
            print(value)
        count = await self.env.DB.prepare("SELECT COUNT(*) AS n FROM users").first("n")
        if count:
            print(count + 1)
        await self.env.DB.prepare("x").first(5)  # E
        await self.env.DB.prepare("x").one()  # E
        await self.env.DB.prepare("x").first("a", "b")  # E
        return Response.from_json(dict(row))

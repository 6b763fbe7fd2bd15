from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        bookmark = request.headers.get("x-d1-bookmark") or "first-unconstrained"
        session = self.env.DB.withSession(bookmark)
        rows = await session.prepare("SELECT * FROM t").all()
        print(rows.results)
        insert = session.prepare("INSERT INTO t VALUES (?)")
        done = await session.batch([insert.bind(n) for n in range(5)])
        reveal_type(done[0].meta.changes)  # T: NUM
        reveal_type(len(done))  # T: int
        latest = session.getBookmark()
        reveal_type(latest)  # T: str | None
        self.env.DB.withSession()
        response = Response.json(rows.results)
        response.headers["x-d1-bookmark"] = latest or ""
        session.exec("x")  # E
        session.bookmark  # E
        self.env.DB.withSession(5)  # E
        self.env.DB.session("first-primary")  # E
        latest.upper()  # E
        await session.batch(insert)  # E
        return response

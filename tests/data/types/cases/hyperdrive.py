from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(self.env.HD.connectionString)  # T: str
        reveal_type(self.env.HD.port)  # T: NUM
        reveal_type(self.env.HD.host)  # T: str
        reveal_type(self.env.HD.user)  # T: str
        reveal_type(self.env.HD.password)  # T: str
        reveal_type(self.env.HD.database)  # T: str
        self.env.HD.url  # E
        self.env.HD.host + 1  # E
        return Response("done")

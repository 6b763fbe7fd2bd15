from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(self.env.VERSION.timestamp)  # T: str
        reveal_type(await self.env.STORED.get())  # T: str
        self.env.VERSION.number  # E
        await self.env.STORED.put("x")  # E
        self.env.STORED.get().upper()  # E
        return Response("done")

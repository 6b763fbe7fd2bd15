from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        async def later() -> None: ...

        self.ctx.waitUntil(later())
        self.ctx.passThroughOnException()
        print(self.ctx.props)
        self.ctx.waitUntil("x")  # E
        self.ctx.wait_until(later())  # E
        self.ctx.storage  # E
        self.ctxx  # E
        return Response("done")

from workers import DurableObject, Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        print(self.ctx.exports, self.ctx.props)
        self.ctx.waitUntil(self.env.KV.put("a", "b"))
        self.ctx.passThroughOnException()
        self.ctx.waitUntil()  # E
        self.ctx.waitUntil(None)  # E
        self.ctx.id  # E
        self.ctx.env  # E
        self.ctx.wait_until(self.env.KV.put("a", "b"))  # E
        return Response("done")


class Room(DurableObject):
    async def use(self) -> None:
        print(self.ctx.exports)
        self.ctx.passThroughOnException()  # E

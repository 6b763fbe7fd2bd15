from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        outcome = await self.env.LIMITER.limit(key="me")
        reveal_type(outcome.success)  # T: bool
        reveal_type((await self.env.LIMITER.limit({"key": "me"}))["success"])  # T: bool
        await self.env.LIMITER.limit("me")  # E
        await self.env.LIMITER.limit()  # E
        await self.env.LIMITER.limits(key="me")  # E
        return Response("done")

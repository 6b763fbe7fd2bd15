from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        worker = self.env.DISPATCH.get("customer")
        reply = await worker.fetch("https://x.test")
        print(reply.status)
        self.env.DISPATCH.find("customer")  # E
        self.env.LOADER.getWorker("x")  # E
        await self.env.PIPE.send([{"a": 1}])
        return Response("done")

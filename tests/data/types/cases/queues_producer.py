from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        await self.env.JOBS.send({"a": 1})
        await self.env.JOBS.send([1, 2], contentType="json")
        await self.env.JOBS.send("x", {"delaySeconds": 5})
        await self.env.JOBS.sendBatch([{"body": 1}, {"body": "x", "contentType": "text"}])
        await self.env.JOBS.sendBatch([{"body": 1}], delaySeconds=5)
        await self.env.JOBS.sendBatch([{"contentType": "text"}])  # E
        await self.env.JOBS.sendBatch({"body": 1})  # E
        await self.env.JOBS.send("x", delaySeconds="5")  # E
        await self.env.JOBS.push("x")  # E
        return Response("done")

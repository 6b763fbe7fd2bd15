# What the wrapper raises TypeError for.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        statement = self.env.DB.prepare("x")
        await self.env.KV.get(["a", "b"])
        await self.env.BUCKET.delete(["a", "b"])
        await self.env.DB.batch([statement, statement.bind(1)])
        await self.env.VEC.query([1, 2.5])
        await self.env.VEC.getByIds([str(n) for n in range(5)])
        self.env.AE.writeDataPoint(blobs=["a"], doubles=[float(n) for n in range(3)])
        await self.env.KV.get(("a", "b"))  # E
        await self.env.BUCKET.delete(("a", "b"))  # E
        await self.env.DB.batch((statement, statement.bind(1)))  # E
        await self.env.VEC.query((1.0, 2.0))  # E
        await self.env.VEC.getByIds(("a", "b"))  # E
        await self.env.VEC.getByIds(str(n) for n in range(5))  # E
        self.env.AE.writeDataPoint(blobs=("a", "b"))  # E
        await self.env.KV.put("a", bytearray(b"x"))  # E
        await self.env.BUCKET.put("a", bytearray(b"x"))  # E
        await self.env.JOBS.sendBatch(({"body": n}) for n in range(5))  # E
        await self.env.FLOW.create_batch(({"id": "a"},))  # E
        return Response("done")

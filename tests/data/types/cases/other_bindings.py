from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        self.env.AE.writeDataPoint({"blobs": ["a", None, b"c"], "doubles": [1, 2.5], "indexes": ["x"]})
        reveal_type(self.env.AE.writeDataPoint(indexes=["x"]))  # T: None
        if not (await self.env.LIMITER.limit(key=request.headers.get("cf-connecting-ip") or ""))["success"]:
            return Response("slow down", status=429)
        reveal_type(self.env.VERSION.id[:8])  # T: str
        secret = await self.env.STORED.get()
        reveal_type(secret.strip())  # T: str
        reveal_type(f"{self.env.HD.user}@{self.env.HD.host}:{self.env.HD.port}")  # T: str
        reveal_type(self.env.HD.connectionString.split("@"))  # T: list[str]
        self.env.AE.writeDataPoint(doubles=["a"])  # E
        self.env.AE.writeDataPoint("a")  # E
        self.env.AE.write(blobs=["a"])  # E
        await self.env.LIMITER.limit(key=5)  # E
        await self.env.LIMITER.limit(id="x")  # E
        self.env.LIMITER.limit(key="x")["success"]  # E
        self.env.VERSION["id"]  # E
        self.env.STORED.strip()  # E
        self.env.HD.connection_string  # E
        self.env.HD.port.upper()  # E
        return Response("done")

# Each line lacks its await, or its check for None.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        self.env.KV.get("k").upper()  # E
        self.env.KV.list()["keys"]  # E
        (await self.env.KV.get("k")).upper()  # E
        (await self.env.KV.get("k", "arrayBuffer")).tobytes()  # E
        self.env.BUCKET.head("k").size  # E
        (await self.env.BUCKET.head("k")).size  # E
        (await self.env.BUCKET.get("k")).body  # E
        self.env.BUCKET.list().objects  # E
        self.env.DB.prepare("x").first()["n"]  # E
        (await self.env.DB.prepare("x").first())["n"]  # E
        self.env.DB.batch([])[0]  # E
        self.env.FLOW.create().id  # E
        self.env.VEC.query([1.0]).matches  # E
        self.env.AI.run("@cf/openai/whisper", {"audio": [1]})["text"]  # E
        self.env.LIMITER.limit(key="x").success  # E
        len(self.env.STORED.get())  # E
        self.env.ROOM.getByName("x").say("y") + 1  # E
        self.env.ASSETS.fetch(request).status  # E
        for key in self.env.KV.list():  # E
            print(key)
        text: str = self.env.KV.get("k")  # E
        text = await self.env.KV.get("k")  # E
        size: int = await self.env.KV.get("k")  # E
        return Response(await self.env.KV.get("k"))

    async def other(self) -> str:
        return self.env.KV.get("k")  # E

from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(await self.env.KV.get("k"))  # T: str | None
        reveal_type(await self.env.KV.get("k", "text"))  # T: str | None
        reveal_type(await self.env.KV.get("k", type="text"))  # T: str | None
        reveal_type(await self.env.KV.get("k", {"type": "text", "cacheTtl": 60}))  # T: str | None
        raw = await self.env.KV.get("k", "arrayBuffer")
        reveal_type(raw)  # T: memoryview | None || memoryview[int] | None
        stream = await self.env.KV.get("k", type="stream")
        if stream is not None:
            reveal_type(stream.locked)  # T: bool
        many = await self.env.KV.get(["a", "b"])
        print(many["a"])
        reveal_type(await self.env.KV.delete("k"))  # T: None
        page = await self.env.KV.list(prefix="a", limit=10)
        for key in page["keys"]:
            reveal_type(key.name)  # T: str
        if not page.list_complete:
            await self.env.KV.list(cursor=page.cursor)
        await self.env.KV.list({"prefix": "a"})
        found = await self.env.KV.getWithMetadata("k", "json")
        print(found.value, found["cacheStatus"])
        await self.env.KV.get()  # E
        await self.env.KV.get("k", "xml")  # E
        await self.env.KV.get(1)  # E
        await self.env.KV.list("a")  # E
        await self.env.KV.list(prefx="a")  # E
        await self.env.KV.put("k", 5)  # E
        await self.env.KV.put("k", {"a": 1})  # E
        self.env.KV.remove("k")  # E
        page.keyz  # E
        return Response("done")

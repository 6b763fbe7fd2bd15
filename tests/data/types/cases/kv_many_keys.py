from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        texts = await self.env.KV.get(["a", "b"])
        reveal_type(texts)  # T: dict[str, str | None]
        reveal_type(texts["a"])  # T: str | None
        reveal_type(texts.get("b"))  # T: str | None
        for key, value in texts.items():
            reveal_type(key)  # T: str
            reveal_type(value)  # T: str | None
        reveal_type(await self.env.KV.get(["a"], "text"))  # T: dict[str, str | None]
        parsed = await self.env.KV.get(["a", "b"], "json")
        first = parsed["a"]
        if first is not None:
            print(first["limit"])
        await self.env.KV.get(["a", "b"], type="json", cacheTtl=60)
        both = await self.env.KV.getWithMetadata(["a", "b"])
        reveal_type(both["a"]["value"])  # T: str | None
        print(len(texts), "a" in texts)
        texts["a"].upper()  # E
        await self.env.KV.get([1, 2])  # E
        await self.env.KV.get(["a", "b"], "stream")  # E
        await self.env.KV.get(("a", "b"))  # E
        return Response("done")

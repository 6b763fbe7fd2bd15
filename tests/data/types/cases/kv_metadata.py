from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        parsed = await self.env.KV.getWithMetadata("k", "json")
        if parsed.value is not None and parsed.metadata is not None:
            print(parsed.value["a"], parsed.metadata["b"], parsed.metadata.b)
        raw = await self.env.KV.getWithMetadata("k", "arrayBuffer")
        reveal_type(raw.value)  # T: memoryview | None || memoryview[int] | None
        streamed = await self.env.KV.getWithMetadata("k", type="stream")
        if streamed.value is not None:
            async for chunk in streamed.value:
                print(chunk.to_bytes())
        text = await self.env.KV.getWithMetadata("k", {"type": "text", "cacheTtl": 120})
        reveal_type(text["value"])  # T: str | None
        reveal_type(text.cacheStatus)  # T: str | None
        value, extra = text.value, text.metadata
        print(value, extra)
        text.value.upper()  # E
        text.values_  # E
        text["meta"]  # E
        await self.env.KV.getWithMetadata("k", "yaml")  # E
        return Response("done")

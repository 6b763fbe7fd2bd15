# What KV takes and refuses.
import json
from typing import Any

from js import ReadableStream
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        await self.env.KV.put("a", "text")
        await self.env.KV.put("a", b"bytes")
        await self.env.KV.put("a", memoryview(b"view"))
        await self.env.KV.put("a", json.dumps({"b": 1}), expiration=1893456000)
        await self.env.KV.put("a", await request.bytes(), metadata={"type": request.headers.get("Content-Type")})
        body: ReadableStream[Any] = request.body
        await self.env.KV.put("a", body)
        data = await self.env.KV.get("a", "arrayBuffer")
        if data is not None:
            reveal_type(bytes(data))  # T: bytes
            reveal_type(data.tobytes().decode())  # T: str
            await self.env.KV.put("copy", data)
        reveal_type(await self.env.KV.put("a", "b"))  # T: None
        await self.env.KV.put("a", None)  # E
        await self.env.KV.put("a", 5.5)  # E
        await self.env.KV.put("a", ["b"])  # E
        await self.env.KV.put("a", bytearray(b"b"))  # E
        await self.env.KV.put("a", "b", ttl=60)  # E
        await self.env.KV.put("a", "b", expirationTtl="60")  # E
        await self.env.KV.put(b"a", "b")  # E
        await self.env.KV.put(key="a", value="b")  # E
        await self.env.KV.delete(["a", "b"])  # E
        return Response("done")

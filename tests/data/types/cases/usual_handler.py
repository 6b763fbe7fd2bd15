# What most Workers are made of, with the types that people write beside it.
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlparse

from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        url = urlparse(request.url)
        match (request.method, url.path):
            case ("GET", "/"):
                return Response("x")
            case ("POST", _):
                pass
        if request.method != "POST":
            return Response.json({"error": "x"}, status=405)
        value: str | None = await self.env.KV.get("k")
        data: dict[str, Any] | None = await self.env.KV.get("k", type="json")
        cached = await self.env.KV.get("k", cacheTtl=60)
        reveal_type(cached)  # T: str | None
        listed: list[str] = [key.name for key in (await self.env.KV.list())["keys"]]
        rows: list[dict[str, Any]] = (await self.env.DB.prepare("x").all()).results
        first: dict[str, Any] | None = await self.env.DB.prepare("x").first()
        n: int = (await self.env.DB.prepare("x").run()).meta.changes
        count: int | None = await self.env.DB.prepare("x").first("n")
        print(value, data, listed, rows, first, n, count)
        results = await self.env.DB.batch([self.env.DB.prepare("x").bind(*listed)])
        print(results[0].results[0]["a"])
        obj = await self.env.BUCKET.get("k")
        if not obj:
            return Response("x", status=404)
        text: str = await obj.text()
        body: bytes = bytes(await obj.arrayBuffer())
        meta: dict[str, str] | None = obj.customMetadata
        ct = obj.httpMetadata.contentType if obj.httpMetadata else None
        print(text, body, meta, ct)
        put = await self.env.BUCKET.put("k", json.dumps({}), {"httpMetadata": {"contentType": "application/json"}})
        print(put.etag)
        stub = self.env.ELSEWHERE.get(self.env.ELSEWHERE.idFromName("x"))
        total = await stub.increment(5)
        print(total + 1)
        n2: int = await stub.count()
        await self.env.JOBS.send({"url": request.url, "at": datetime.now(UTC).isoformat()})
        ai = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", {"prompt": "x"})
        print(ai["response"], ai.response)
        reply: dict[str, Any] = await self.env.AI.run("@cf/some/model", {"prompt": "x"})
        emb = await self.env.AI.run("@cf/baai/bge-base-en-v1.5", {"text": ["x"]})
        if emb.data is not None:
            await self.env.VEC.query(emb.data[0], topK=1)
        emb.data[0]  # E
        print(reply, n2)
        return Response.json({"rows": rows}, headers={"access-control-allow-origin": "*"})

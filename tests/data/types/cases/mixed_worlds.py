# What belongs to the SDK is not what belongs to JavaScript.
from js import Headers as JsHeaders
from js import Request as JsRequest
from js import Response as JsResponse
from js import caches
from js import fetch as js_fetch
from workers import Blob, FormData, Request, Response, WorkerEntrypoint, fetch


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        await js_fetch(request.js_object)
        await fetch(request.js_object)
        await fetch(JsRequest.new("https://a.test"))
        raw = await js_fetch("https://a.test")
        Response(raw)
        await caches.default.put(request.js_object, Response("x").js_object)
        await self.env.ASSETS.fetch(request.js_object)
        await self.env.ROOM.getByName("a").fetch(request.js_object)
        await self.env.BUCKET.put("k", Blob("x"))
        await js_fetch("https://a.test", method="POST", body=FormData({"a": "b"}).js_object)
        await js_fetch(request)  # E
        await caches.default.put(request, Response("x"))  # E
        await caches.default.match(request)  # E
        await js_fetch("https://a.test", method="POST", body=FormData({"a": "b"}))  # E
        await js_fetch("https://a.test", method="POST", body=b"bytes")  # E
        JsResponse.new(Response("x"))  # E
        JsResponse.new(b"bytes")  # E
        JsRequest.new(request)  # E
        JsHeaders.new(request.headers.items()).get("x").upper()  # E
        raw.json_()  # E
        raw.status_code  # E
        return await self.raw()  # E

    async def raw(self) -> JsResponse:
        return JsResponse.new("x")

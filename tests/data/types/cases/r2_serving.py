# A bucket behind HTTP: the usual code.
from js import Headers
from js import Response as JsResponse
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        key = request.url.split("/", 3)[-1]
        if request.method == "PUT":
            made = await self.env.BUCKET.put(key, request.body, httpMetadata=request.js_object.headers)
            return Response(made.etag if made is not None else "refused")
        if request.method == "DELETE":
            await self.env.BUCKET.delete(key)
            return Response(None, status=204)
        found = await self.env.BUCKET.get(key)
        if found is None:
            return Response("not found", status=404)
        headers = Headers.new()
        found.writeHttpMetadata(headers)
        headers.set("etag", found.httpEtag)
        reveal_type(found.httpEtag)  # T: str
        reveal_type(found.body)  # T: !Any
        return Response(found.body, headers=headers)

    async def range(self, request: Request) -> JsResponse:
        found = await self.env.BUCKET.get("k", range=request.js_object.headers, onlyIf=request.js_object.headers)
        if found is None:
            return JsResponse.new("not found", status=404)
        found.writeHttpMetadata("text/plain")  # E
        found.writeHttpMetdata(Headers.new())  # E
        return JsResponse.new(found.size)  # E

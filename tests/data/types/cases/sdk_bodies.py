# What a Response takes as its body, and what it raises TypeError for.
from js import Blob as JsBlob
from js import FormData as JsFormData
from js import ReadableStream, TransformStream, URLSearchParams
from pyodide.ffi import to_js
from workers import Blob, Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        Response(URLSearchParams.new("a=b"))
        Response(JsFormData.new())
        Response(JsBlob.new(to_js(["x"])))
        Response(TransformStream.new().readable)
        Response(to_js(b"x"))
        Response(await request.buffer())
        found = await self.env.BUCKET.get("k")
        if found is not None:
            Response(found.body)
            data = await found.arrayBuffer()
            Response(bytes(data))
            Response(data)  # E
        value = await self.env.KV.get("k", "stream")
        if value is not None:
            Response(value)
        Response(bytearray(b"x"))  # E
        Response(memoryview(b"x"))  # E
        Response(Blob("x"))  # E
        Response(5.5)  # E
        Response(True)  # E
        Response(("a", "b"))  # E
        Response(request)  # E
        return Response(await self.env.KV.get("k") or "none")

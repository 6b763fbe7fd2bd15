from js import DecompressionStream, FixedLengthStream, IdentityTransformStream, TransformStream, crypto, fetch
from js import Response as JsResponse
from pyodide.ffi import JsNull, create_proxy, to_js
from typing import Any
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> JsResponse:
        stream = crypto.DigestStream.new("SHA-256")
        writer = stream.getWriter()
        await writer.write(to_js(b"x"))
        await writer.close()
        digest = await stream.digest
        reveal_type(digest)  # T: ArrayBuffer

        async def transform(chunk: Any, controller: Any) -> None:
            controller.enqueue(chunk)

        changed = TransformStream.new(transform=create_proxy(transform))
        reply = await fetch("https://a.test")
        if reply.body is None or isinstance(reply.body, JsNull):
            return JsResponse.new(None, status=204)
        reply.body.pipeThrough(changed)
        fixed = FixedLengthStream.new(10)
        await reply.body.pipeTo(fixed.writable)
        same = IdentityTransformStream.new()
        print(same.readable.pipeThrough(DecompressionStream.new("deflate")).locked)
        reader = fixed.readable.getReader(mode="byob")
        print(reader)
        crypto.DigestStream.new()  # E
        stream.digest.byteLength  # E
        await writer.end()  # E
        changed.readable.pipeThrough(fixed.writable)  # E
        TransformStream()  # E
        return JsResponse.new(changed.readable)

from workers import Request, Response, WorkerEntrypoint
from js import CompressionStream, DecompressionStream, ReadableStream, TransformStream, TextDecoderStream, fetch
from pyodide.ffi import JsNull


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        pair = TransformStream.new()
        writer = pair.writable.getWriter()
        await writer.write("x")
        await writer.close()
        reader = pair.readable.getReader()
        got = await reader.read()
        reveal_type(got.done)  # T: bool
        print(got.value)
        reply = await fetch("https://a.test")
        body = reply.body
        if isinstance(body, JsNull):
            return Response("none")
        one, two = body.tee()
        reveal_type(one)  # T: !Any
        text = two.pipeThrough(DecompressionStream.new("gzip")).pipeThrough(TextDecoderStream.new())
        async for piece in text:
            print(piece)
        await one.pipeTo(pair.writable)
        one.pipeThrough("gzip")  # E
        CompressionStream.new()  # E
        CompressionStream("gzip")  # E
        body.getWriter()  # E
        writer.send("x")  # E
        await body.cancel()
        return Response("done")

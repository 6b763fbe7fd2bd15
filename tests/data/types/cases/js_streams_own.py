from typing import Any

from js import ReadableStream, TextDecoderStream, TextEncoder, TextEncoderStream, TransformStream, WritableStream
from js import Response as JsResponse
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        async def start(controller: Any) -> None:
            controller.enqueue(to_js(b"x"))
            controller.close()

        made = ReadableStream.new(start=create_proxy(start))
        left, right = made.tee()
        reveal_type(left.locked)  # T: bool
        reader = right.getReader()
        step = await reader.read()
        while not step.done:
            print(step.value)
            step = await reader.read()
        await reader.cancel()
        reader.releaseLock()
        pair = TransformStream.new()
        writer = pair.writable.getWriter()
        await writer.write(TextEncoder.new().encode("x"))
        await writer.ready
        await writer.close()
        text = left.pipeThrough(TextDecoderStream.new()).pipeThrough(TextEncoderStream.new())
        reveal_type(text)  # T: !Any
        await pair.readable.pipeTo(WritableStream.new(), preventClose=True)
        async for chunk in pair.readable:
            print(chunk)
        made.read()  # E
        writer.write_("x")  # E
        reader.read().done  # E
        pair.readable.getWriter()  # E
        pair.writable.getReader()  # E
        pair.readable.pipeTo("x")  # E
        made.pipeThrough()  # E
        ReadableStream()  # E
        return Response(text)

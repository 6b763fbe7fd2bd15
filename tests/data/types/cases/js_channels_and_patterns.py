from workers import Request, Response, WorkerEntrypoint
from js import FixedLengthStream, IdentityTransformStream, MessageChannel, TextDecoder, URLPattern, WebSocketPair
from pyodide.ffi import JsNull


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        found = URLPattern.new("/books/:id", "https://a.test").exec("https://a.test/books/1")
        if not isinstance(found, JsNull) and found is not None:
            print(found.pathname.groups)
        channel = MessageChannel.new()
        channel.port1.postMessage("x")
        fixed = FixedLengthStream.new(5)
        writer = fixed.writable.getWriter()
        await writer.ready
        same = IdentityTransformStream.new()
        reveal_type(same.readable.locked)  # T: bool
        decoder = TextDecoder.new()
        pair = WebSocketPair.new().object_values()
        reveal_type(len(pair))  # T: int
        FixedLengthStream.new("5")  # E
        MessageChannel()  # E
        channel.port3  # E
        same.read()  # E
        return Response("done")

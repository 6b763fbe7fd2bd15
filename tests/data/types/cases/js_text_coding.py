from workers import Request, Response, WorkerEntrypoint
from js import TextDecoder, TextEncoder, atob, btoa
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        encoded = TextEncoder.new().encode("text")
        reveal_type(encoded)  # T: Uint8Array
        decoder = TextDecoder.new("utf-8", fatal=True)
        reveal_type(decoder.decode(encoded))  # T: str
        reveal_type(decoder.decode(to_js(b"x")))  # T: str
        reveal_type(decoder.encoding)  # T: str
        reveal_type(btoa("x"))  # T: str
        reveal_type(atob("eA=="))  # T: str
        TextEncoder.new().decode("text")  # E
        decoder.decode("text")  # E
        btoa()  # E
        decoder.encoding = "x"  # E
        return Response("done")

from workers import Request, Response, WorkerEntrypoint
from js import Uint8Array, crypto
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(crypto.randomUUID())  # T: str
        random = crypto.getRandomValues(Uint8Array.new(16))
        reveal_type(random)  # T: Uint8Array
        print(random.to_bytes(), len(random), random[0])
        data = to_js(b"data")
        digest = await crypto.subtle.digest("SHA-256", data)
        reveal_type(digest)  # T: ArrayBuffer
        print(digest.to_bytes())
        key = await crypto.subtle.generateKey("AES-GCM", True, to_js(["encrypt"]))
        print(key)
        Uint8Array.new(digest)
        crypto.randomUuid()  # E
        await crypto.subtle.digest("SHA-256")  # E
        await crypto.subtle.digest(data)  # E
        crypto.subtle.hash("SHA-256", data)  # E
        crypto.getRandomValues(16)  # E
        return Response("done")

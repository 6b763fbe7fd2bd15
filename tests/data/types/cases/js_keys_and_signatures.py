from workers import Request, Response, WorkerEntrypoint
from js import Object, TextEncoder, Uint8Array, crypto
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        usages = to_js(["sign", "verify"])
        secret = TextEncoder.new().encode("secret")
        algorithm = to_js({"name": "HMAC", "hash": "SHA-256"}, dict_converter=Object.fromEntries)
        key = await crypto.subtle.importKey("raw", secret, algorithm, False, usages)
        reveal_type(key.type)  # T: str
        signed = await crypto.subtle.sign("HMAC", key, secret)
        reveal_type(signed)  # T: ArrayBuffer
        reveal_type(await crypto.subtle.verify("HMAC", key, signed, secret))  # T: bool
        reveal_type(signed.byteLength)  # T: NUM
        print(Uint8Array.new(signed).to_py(), bytes(signed.to_memoryview()))
        await crypto.subtle.sign("HMAC", "key", secret)  # E
        await crypto.subtle.importKey("raw", secret)  # E
        await crypto.subtle.verify("HMAC", key, "signature", secret)  # E
        key.kind  # E
        return Response("done")

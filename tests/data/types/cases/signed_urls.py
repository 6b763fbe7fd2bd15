# A link that expires, signed with HMAC: JavaScript's crypto with Python's bytes.
from js import Object, TextEncoder, Uint8Array, crypto
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        encoder = TextEncoder.new()
        secret = encoder.encode(self.env.GREETING)
        reveal_type(secret)  # T: Uint8Array
        algorithm = to_js({"name": "HMAC", "hash": "SHA-256"}, dict_converter=Object.fromEntries)
        key = await crypto.subtle.importKey("raw", secret, algorithm, False, to_js(["sign", "verify"]))
        reveal_type(key)  # T: CryptoKey
        reveal_type(key.extractable)  # T: bool
        mac = await crypto.subtle.sign("HMAC", key, encoder.encode(request.url))
        reveal_type(mac)  # T: ArrayBuffer
        good = await crypto.subtle.verify("HMAC", key, mac, encoder.encode(request.url))
        reveal_type(good)  # T: bool
        reveal_type(Uint8Array.new(mac).to_bytes())  # T: bytes
        reveal_type(crypto.randomUUID())  # T: str
        await crypto.subtle.sign("HMAC", "key", encoder.encode("x"))  # E
        crypto.subtle.importkey  # E
        crypto.randomUUID(4)  # E
        return Response("ok" if good else "no", status=200 if good else 403)

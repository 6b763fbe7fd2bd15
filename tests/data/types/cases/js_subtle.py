from js import Object, Uint8Array, crypto
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        subtle = crypto.subtle
        data = to_js(b"data")
        digest = await subtle.digest("SHA-256", Uint8Array.new(data))
        reveal_type(digest.byteLength)  # T: NUM
        reveal_type(digest.to_bytes().hex())  # T: str
        reveal_type(Uint8Array.new(digest).to_py())  # T: !Any || Any || memoryview
        algorithm = Object.fromEntries(to_js([["name", "HMAC"], ["hash", "SHA-256"]]))
        key = await subtle.importKey("raw", data, algorithm, False, to_js(["sign", "verify"]))
        reveal_type(key)  # T: CryptoKey
        reveal_type(key.extractable)  # T: bool
        reveal_type((await subtle.sign("HMAC", key, data)).to_bytes())  # T: bytes
        reveal_type(await subtle.verify("HMAC", key, data, data))  # T: bool
        print(await subtle.exportKey("jwk", key))
        sealed = await subtle.encrypt(to_js({"name": "AES-GCM", "iv": data}, dict_converter=Object.fromEntries), key, data)
        reveal_type(sealed)  # T: ArrayBuffer
        reveal_type(crypto.randomUUID().replace("-", ""))  # T: str
        reveal_type(crypto.getRandomValues(Uint8Array.new(8)).to_bytes())  # T: bytes
        await subtle.digest("SHA-256", "text")  # E
        await subtle.sign("HMAC", key)  # E
        await subtle.sign("HMAC", key, b"bytes")  # E
        subtle.digest("SHA-256", data).byteLength  # E
        crypto.random()  # E
        crypto.getRandomValues(b"12345678")  # E
        crypto.randomUUID(5)  # E
        key.secret  # E
        return Response("done")

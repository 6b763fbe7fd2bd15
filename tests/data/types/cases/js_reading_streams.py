import js
from js import Array, Headers, Object, TextEncoder, Uint8Array, crypto
from pyodide.ffi import JsNull, create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        encoder = TextEncoder.new()
        key = await crypto.subtle.importKey(
            "raw", encoder.encode("s"), to_js({"name": "HMAC", "hash": "SHA-256"}, dict_converter=Object.fromEntries), False, Array.of("sign")
        )
        sig = await crypto.subtle.sign("HMAC", key, encoder.encode("x"))
        hexed = "".join(f"{byte:02x}" for byte in Uint8Array.new(sig))
        reveal_type(hexed)  # T: str
        b = bytes(Uint8Array.new(sig))
        c = Uint8Array.new(sig).to_bytes()
        reveal_type(c)  # T: bytes
        await crypto.subtle.generateKey(to_js({"name": "AES-GCM", "length": 256}, dict_converter=Object.fromEntries), True, to_js(["encrypt"]))
        await crypto.subtle.deriveBits(to_js({"name": "PBKDF2"}, dict_converter=Object.fromEntries), key, 256)
        reply = await js.fetch("https://a.test", method="POST", body=js.JSON.stringify(to_js({"a": 1})), headers=js.Headers.new({"a": "b"}.items()))
        data = (await reply.json()).to_py()
        print(data["x"], b)
        body = reply.body
        h = Headers.new({"content-type": "text/plain"})
        h.set("x", "y")
        Response(reply.body, headers=h)  # E
        for each in h:
            reveal_type(each[0])  # T: str
        js.console.log(reply)
        if body is None or isinstance(body, JsNull):
            return Response("x")
        reader = body.getReader()
        while True:
            chunk = await reader.read()
            if chunk.done:
                break
            print(bytes(chunk.value), chunk.value.to_bytes())
        await body.cancel()
        js.setTimeout(create_proxy(lambda: None), 1)
        return Response(None)

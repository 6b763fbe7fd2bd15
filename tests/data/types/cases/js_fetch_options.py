from js import AbortController, FormData, Headers, Object, URLSearchParams, fetch
from js import Request as JsRequest
from pyodide.ffi import JsNull, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        form = FormData.new()
        form.append("a", "b")
        await fetch("https://a.test", method="POST", body=form)
        await fetch("https://a.test", method="POST", body=URLSearchParams.new("a=b"))
        await fetch("https://a.test", method="POST", body=to_js(b"bytes"))
        await fetch("https://a.test", method="POST", headers=Headers.new({"a": "b"}.items()), body="x")
        await fetch("https://a.test", headers=to_js([["a", "b"]]))
        await fetch(JsRequest.new("https://a.test", method="POST"), signal=AbortController.new().signal)
        reply = await fetch("https://a.test", Object.fromEntries(to_js([["method", "POST"]])))
        reveal_type(reply.ok)  # T: bool
        reveal_type(reply.status)  # T: NUM
        reveal_type(reply.url)  # T: str
        reveal_type(await reply.text())  # T: str
        reveal_type(reply.headers.get("content-type"))  # T: str | JsNull
        kind = reply.headers.get("content-type")
        if not isinstance(kind, JsNull):
            reveal_type(kind)  # T: str
        if kind:
            reveal_type(kind.lower())  # T: str
        reveal_type(reply.headers.has("x"))  # T: bool
        fetch("https://a.test").text()  # E
        reply.headers.get("x").upper()  # E
        await reply.txt()  # E
        reveal_type(reply.headers["x"])  # T: str || str | JsNull
        reply.headers[5]  # E
        await fetch("https://a.test", boddy="x")  # E
        await fetch("https://a.test", redirect=5)  # E
        return Response("done")

from js import Headers, ReadableStream, TransformStream
from js import Response as JsResponse
from pyodide.ffi import JsNull, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> JsResponse:
        reveal_type(JsResponse.error().type)  # T: str || !Any
        reveal_type(JsResponse.redirect("https://a.test").status)  # T: NUM
        empty = JsResponse.new(None, status=204)
        reveal_type(empty.bodyUsed)  # T: bool
        reveal_type(empty.ok)  # T: bool
        body = empty.body
        if isinstance(body, JsNull) or body is None:
            print("no body")
        JsResponse.new()
        JsResponse.new("x", headers=Headers.new(to_js([["a", "b"]])), statusText="fine")
        JsResponse.new(TransformStream.new().readable, status=200)
        JsResponse.new(to_js(b"bytes"))
        data = JsResponse.json(to_js({"a": 1}), status=201)
        copy = data.clone()
        reveal_type(await copy.text())  # T: str
        reveal_type(data.headers)  # T: Headers
        data.headers.append("a", "b")
        data.headers.delete("a")
        JsResponse.redirect()  # E
        JsResponse.redirect("https://a.test", "302")  # E
        JsResponse.json()  # E
        JsResponse.new("x", status="200")  # E
        JsResponse("x")  # E
        data.cookies  # E
        return JsResponse.new("done")

from js import Headers
from js import Request as JsRequest
from pyodide.ffi import JsNull
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        raw = request.js_object
        reveal_type(raw.method)  # T: str
        reveal_type(raw.headers.get("x"))  # T: str | JsNull
        reveal_type(raw.bodyUsed)  # T: bool
        reveal_type(raw.redirect)  # T: str
        reveal_type(await raw.clone().text())  # T: str
        reveal_type(await raw.clone().arrayBuffer())  # T: ArrayBuffer
        reveal_type((await raw.clone().formData()).has("x"))  # T: bool
        print((await raw.clone().json()).a)
        reveal_type(raw.signal.aborted)  # T: bool
        if raw.cf is not None:
            print(raw.cf.country, raw.cf.colo)
        if raw.body is not None and not isinstance(raw.body, JsNull):
            reveal_type(raw.body.locked)  # T: bool
        made = JsRequest.new("https://a.test", raw)
        made.headers.set("a", "b")
        made = JsRequest.new(raw, method="PUT", headers=Headers.new(raw.headers))
        reveal_type(made.url)  # T: str
        raw.header("x")  # E
        raw.text().upper()  # E
        raw.clone(1)  # E
        JsRequest.new(5)  # E
        JsRequest("https://a.test")  # E
        return Response("done")

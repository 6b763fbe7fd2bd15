from workers import Request, Response, WorkerEntrypoint
from js import Headers, Object, URL, fetch
from js import Request as JsRequest
from js import Response as JsResponse
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reply = await fetch("https://a.test", to_js({"method": "POST"}, dict_converter=Object.fromEntries))
        reply = await fetch(URL.new("https://a.test"))
        reply = await fetch(JsRequest.new("https://a.test"))
        reply = await fetch(request.js_object)
        reply = await fetch("https://a.test", headers=Headers.new(), redirect="manual", cf={"cacheTtl": 5})
        reveal_type(reply.statusText)  # T: str
        reveal_type(reply.redirected)  # T: bool
        reveal_type(await reply.clone().arrayBuffer())  # T: ArrayBuffer
        reveal_type(await reply.clone().blob())  # T: Blob
        print((await reply.clone().json()).items)
        reveal_type((await reply.clone().formData()).has("x"))  # T: bool
        changed = JsResponse.new(reply.body, reply)
        changed.headers.set("x", "y")
        for name, value in reply.headers:
            print(name, value)
        Response(reply)
        Response(changed.body, status=200)  # E
        reply.json  # fine: a method
        await fetch(5)  # E
        reply.header("x")  # E
        reply.status.upper()  # E
        await fetch("https://a.test", method=5)  # E
        JsResponse.new(5)  # E
        return Response("done")

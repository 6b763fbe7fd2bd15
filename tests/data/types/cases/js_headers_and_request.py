from workers import Request, Response, WorkerEntrypoint
from js import Headers, Object, URL
from js import Request as JsRequest
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = JsRequest.new("https://a.test", method="POST", body="x", headers=Headers.new([("a", "b")]))
        reveal_type(made.method)  # T: str
        reveal_type(made.url)  # T: str
        reveal_type(await made.text())  # T: str
        copy = JsRequest.new(made)
        print(copy.clone().headers.get("a"))
        JsRequest.new(URL.new("https://a.test"))
        JsRequest.new("https://a.test", to_js({"method": "POST"}, dict_converter=Object.fromEntries))
        headers = Headers.new()
        headers.set("a", "b")
        headers.append("a", "c")
        headers.delete("a")
        reveal_type(headers.getSetCookie())  # T: JsArray[str]
        for key, value in headers:
            reveal_type(key)  # T: str
            reveal_type(value)  # T: str
        Headers.new({"a": "b"})
        headers.put("a", "b")  # E
        headers.get(5)  # E
        JsRequest.new("https://a.test", methd="POST")  # E
        made.urll  # E
        JsRequest.new()  # E
        return Response("done")

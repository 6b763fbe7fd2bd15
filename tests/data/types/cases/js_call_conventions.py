# Names that Python reserves, keywords that become an object, values that only look alike.
import js
from js import Array, Headers, Map, Object, Promise, URL, Uint8Array, console, fetch
from js import Request as JsRequest
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        print(Array.from_(to_js("abc")))
        print(Object.is_(1, 1))
        await Promise.resolve(1).finally_(lambda: None)
        options = to_js({"headers": {"a": "b"}, "method": "POST"}, dict_converter=Object.fromEntries)
        await fetch("https://a.test", options)
        await fetch(URL.new("https://a.test").href, method="POST", headers=Headers.new())
        made = JsRequest.new("https://a.test", options)
        print(made, js.console, console)
        url = URL.new("https://a.test")
        url.host = "b.test"
        print(Map.new([["a", 1]]).to_py(), Uint8Array.new(to_js([1, 2])).to_py())
        console.log(*["a", "b"])
        URL.new(url=5)  # E
        fetch(URL)  # E
        url.host = 5  # E
        Uint8Array.new("text").text()  # E
        js.Headers()  # E
        return Response("done")

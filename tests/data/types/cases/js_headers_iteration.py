from js import Headers, Object
from pyodide.ffi import JsNull, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        headers = Headers.new([["a", "b"]])
        Headers.new(Object.fromEntries(to_js([["a", "b"]])))
        Headers.new(request.js_object.headers)
        Headers.new(to_js({"a": "b"}, dict_converter=Object.fromEntries))
        for name, value in headers.entries():
            reveal_type(name)  # T: str
            reveal_type(value)  # T: str
        for name in headers.keys():
            reveal_type(name)  # T: str
        for value in headers.values():
            reveal_type(value)  # T: str
        for name, value in headers:
            print(name.lower(), value.strip())
        as_dict = dict(headers)
        reveal_type(as_dict)  # T: dict[str, str]
        reveal_type(headers.has("a"))  # T: bool
        reveal_type(headers.set("a", "b"))  # T: None
        for cookie in headers.getSetCookie():
            reveal_type(cookie)  # T: str
        found = headers.get("a")
        reveal_type(found)  # T: str | JsNull
        print("none" if isinstance(found, JsNull) else found.upper())
        headers.get("a").upper()  # E
        headers.set("a")  # E
        headers.set("a", 5)  # E
        headers.remove("a")  # E
        Headers()  # E
        return Response("done")

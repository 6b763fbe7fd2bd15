from js import URLPattern
from pyodide.ffi import JsNull
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        pattern = URLPattern.new({"pathname": "/books/:id"})
        URLPattern.new("/books/:id", "https://a.test")
        URLPattern.new("https://a.test/*")
        match = pattern.exec(request.url)
        if match is None or isinstance(match, JsNull):
            return Response("no", status=404)
        print(match.pathname.groups.id)
        reveal_type(match.pathname.input)  # T: str
        reveal_type(pattern.test(request.url))  # T: bool
        reveal_type(pattern.pathname)  # T: str
        pattern.match(request.url)  # E
        pattern.exec(request.url).pathname  # E
        URLPattern(pathname="/")  # E
        URLPattern.new(path="/")  # E
        match.path  # E
        return Response("done")

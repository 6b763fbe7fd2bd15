from js import URL, URLSearchParams
from pyodide.ffi import JsNull, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        url = URL.new(request.url)
        page = url.searchParams.get("page")
        number = int(page) if page else 1
        reveal_type(number)  # T: int
        params = URLSearchParams.new([["a", "b"]])
        URLSearchParams.new("a=b")
        URLSearchParams.new()
        params.append("c", "d")
        params.set("c", "e")
        params.delete("c")
        params.sort()
        reveal_type(params.has("a"))  # T: bool
        reveal_type(params.toString())  # T: str
        reveal_type(str(params))  # T: str
        for name, value in params.entries():
            reveal_type(value)  # T: str
        for each in params.getAll("a"):
            reveal_type(each)  # T: str
        print(dict(params), list(params.values()))
        reveal_type(url.host + url.hostname + url.port + url.protocol + url.search)  # T: str
        reveal_type(url.origin)  # T: str
        reveal_type(url.toString())  # T: str
        reveal_type(url.toJSON())  # T: str
        reveal_type(URL.canParse("https://a.test"))  # T: bool
        url.search = "?a=b"
        int(page)  # E
        url.query  # E
        params.get("a").split(",")  # E
        print(url.searchParams["a"])
        url.pathname.startswith(5)  # E
        params.set("a", 5)  # E
        url.searchParams = params  # E
        return Response(url.href)

from workers import Request, Response, WorkerEntrypoint
from js import URL, URLSearchParams, URLPattern


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        url = URL.new("/path", "https://a.test")
        url.searchParams.append("a", "b")
        url.pathname = "/x"
        reveal_type(url.href)  # T: str
        reveal_type(str(url))  # T: str
        reveal_type(url.searchParams.getAll("a"))  # T: JsArray[str]
        params = URLSearchParams.new("a=1&b=2")
        for key in params.keys():
            reveal_type(key)  # T: str
        reveal_type(params.size)  # T: NUM
        print("a" in params, params.toString())
        reveal_type(URL.canParse("x"))  # T: bool
        pattern = URLPattern.new(pathname="/books/:id")
        reveal_type(pattern.test("https://a.test/books/1"))  # T: bool
        url.origin = "x"  # E
        url.path  # E
        URLSearchParams("a=1")  # E
        URL.new()  # E
        url.searchParams.get()  # E
        return Response("done")

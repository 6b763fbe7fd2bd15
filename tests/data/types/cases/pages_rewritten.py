# HTMLRewriter with objects of Python, the cache, and answers made by hand.
from typing import Any

from js import HTMLRewriter, Headers, Object, caches
from js import Request as JsRequest
from js import Response as JsResponse
from js import fetch
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Title:
    def element(self, element: Any) -> None:
        element.setInnerContent("new")


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        cache = caches.default
        kept = await cache.match(request.url)
        if kept is not None:
            reveal_type(kept.status)  # T: NUM
        page = await fetch(request.url)
        rewritten = HTMLRewriter.new().on("title", create_proxy(Title())).transform(page)
        reveal_type(rewritten)  # T: Response
        await cache.put(request.url, rewritten.clone())
        reveal_type(await cache.delete(request.url))  # T: bool
        init = to_js({"status": 201, "headers": {"a": "b"}}, dict_converter=Object.fromEntries)
        made = JsResponse.new("text", init)
        reveal_type(made.status)  # T: NUM
        reveal_type(JsResponse.redirect("https://a.test", 302).headers)  # T: Headers
        asked = JsRequest.new(request.url, method="POST", body="x")
        reveal_type(asked.method)  # T: str
        print(Headers.new().has("a"))
        await cache.match()  # E
        await cache.mach(request.url)  # E
        HTMLRewriter.new().transform("text")  # E
        JsResponse("text")  # E
        made.statuscode  # E
        kept.status  # E
        return Response("ok")

from workers import Request, Response, WorkerEntrypoint
from js import HTMLRewriter, fetch
from pyodide.ffi import create_proxy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from js import Element, Text


class Title:
    def element(self, element: "Element") -> None:
        print(element.tagName, element.getAttribute("x"))
        element.setInnerContent("new", html=True)
        element.append("<b>", {"html": True})

    def text(self, text: "Text") -> None:
        print(text.text, text.lastInTextNode)


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        page = await fetch("https://a.test")
        out = HTMLRewriter.new().on("title", create_proxy(Title())).onDocument(create_proxy(Title())).transform(page)
        reveal_type(out.ok)  # T: bool
        HTMLRewriter.new().on()  # E
        HTMLRewriter.new().transform("page")  # E
        HTMLRewriter.new().transfrom(page)  # E
        return Response("done")

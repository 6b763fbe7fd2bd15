from js import HTMLRewriter, fetch
from pyodide.ffi import JsNull, create_proxy
from workers import Request, Response, WorkerEntrypoint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from js import Comment, Doctype, DocumentEnd, Element, Text


class Handler:
    async def element(self, element: "Element") -> None:
        reveal_type(element.tagName)  # T: str
        href = element.getAttribute("href")
        reveal_type(href)  # T: str | JsNull
        if not isinstance(href, JsNull):
            element.setAttribute("href", href.replace("http:", "https:"))
        element.before("<p>", html=True)
        element.after("x").remove()
        element.prepend("x").replace("y")
        element.removeAndKeepContent()
        reveal_type(element.hasAttribute("x"))  # T: bool
        reveal_type(element.removed)  # T: bool
        for name, value in element.attributes:
            reveal_type(name)  # T: str
        element.onEndTag(create_proxy(lambda tag: tag.remove()))
        element.getAttribute()  # E
        element.setAttribute("x")  # E
        element.innerHTML  # E
        element.append(5)  # E
        href.upper()  # E

    def comments(self, comment: "Comment") -> None:
        reveal_type(comment.text)  # T: str
        comment.remove()

    def text(self, text: "Text") -> None:
        text.replace(text.text.upper(), {"html": False})
        text.txt  # E

    def doctype(self, doctype: "Doctype") -> None:
        reveal_type(doctype.name)  # T: str | JsNull

    def end(self, end: "DocumentEnd") -> None:
        end.append("<!-- -->", html=True)


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        rewriter = HTMLRewriter.new().on("a", create_proxy(Handler())).onDocument(create_proxy(Handler()))
        page = rewriter.transform(await fetch("https://a.test"))
        reveal_type(await page.text())  # T: str
        rewriter.on(5, create_proxy(Handler()))  # E
        HTMLRewriter()  # E
        return Response(page)

from typing import Any

from js import AbortController, AbortSignal, CustomEvent, Event, EventTarget, WebSocket
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


def listen(event: Event) -> None:
    reveal_type(event.type)  # T: str
    event.preventDefault()
    event.stopPropagation()
    event.halt()  # E


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        proxy = create_proxy(listen)
        target = EventTarget.new()
        target.addEventListener("x", proxy)
        target.addEventListener("x", proxy, once=True)
        target.addEventListener("x", listen)
        target.removeEventListener("x", proxy)
        target.dispatchEvent(CustomEvent.new("x", detail=to_js({"a": 1})))
        controller = AbortController.new()
        controller.signal.addEventListener("abort", proxy)
        controller.abort(ValueError("x"))
        print(controller.signal.reason)
        reveal_type(AbortSignal.timeout(100).aborted)  # T: bool
        reveal_type(AbortSignal.abort().aborted)  # T: bool
        socket = WebSocket.new("wss://a.test", to_js(["chat"]))
        socket.addEventListener("message", proxy)
        socket.addEventListener("close", create_proxy(lambda event: print(event.code, event.reason)))
        socket.addEventListener("error", create_proxy(lambda event: None))
        socket.addEventListener("open", create_proxy(lambda *arguments: None))
        target.on("x", proxy)  # E
        target.addEventListener("x")  # E
        target.addEventListener(5, proxy)  # E
        target.dispatchEvent(5)  # E
        EventTarget()  # E
        controller.cancel()  # E
        socket.onmessages  # E
        return Response("done")

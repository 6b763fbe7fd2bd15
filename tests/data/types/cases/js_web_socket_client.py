from js import WebSocket, WebSocketPair, fetch
from pyodide.ffi import JsNull, create_proxy
from workers import Request, Response, WorkerEntrypoint
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from js import CloseEvent, ErrorEvent, MessageEvent


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reply = await fetch("https://a.test", headers={"Upgrade": "websocket"})
        socket = reply.webSocket
        if socket is None or isinstance(socket, JsNull):
            return Response("refused", status=502)
        socket.accept()
        socket.send("hi")

        def on_message(event: "MessageEvent") -> None:
            print(event.data)
            event.datum  # E

        def on_close(event: "CloseEvent") -> None:
            reveal_type(event.code)  # T: NUM
            reveal_type(event.reason)  # T: str
            reveal_type(event.wasClean)  # T: bool

        def on_error(event: "ErrorEvent") -> None:
            reveal_type(event.message)  # T: str

        socket.addEventListener("message", create_proxy(on_message))
        socket.addEventListener("close", create_proxy(on_close))
        socket.addEventListener("error", create_proxy(on_error))
        pair = WebSocketPair.new()
        client, server = pair.object_values()
        server.accept()
        server.addEventListener("message", create_proxy(on_message))
        reply.webSocket.accept()  # E
        socket.emit("x")  # E
        socket.send()  # E
        return Response(None, status=101, web_socket=client)

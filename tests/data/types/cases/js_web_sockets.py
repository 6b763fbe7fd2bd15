from workers import Request, Response, WorkerEntrypoint
from js import WebSocket, WebSocketPair
from pyodide.ffi import create_proxy
from typing import Any


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        client, server = WebSocketPair.new().object_values()
        server.accept()

        def on_message(event: Any) -> None:
            server.send(event.data)

        server.addEventListener("message", create_proxy(on_message))
        server.addEventListener("close", create_proxy(lambda event: print(event.code)))
        server.close()
        reveal_type(server.readyState)  # T: NUM
        reveal_type(client.url)  # T: str | JsNull
        server.serializeAttachment({"a": 1})
        print(server.deserializeAttachment())
        pair = WebSocketPair.new()
        print(getattr(pair, "0"))
        server.accpt()  # E
        server.send()  # E
        server.close("bye")  # E
        WebSocket("wss://a.test")  # E
        return Response("done")

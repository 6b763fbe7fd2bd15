from typing import Any

from js import JSON, Object, WebSocketPair
from js import Response as JsResponse
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> JsResponse:
        if request.headers.get("Upgrade") != "websocket":
            return JsResponse.new("expected a WebSocket", status=426)
        pair = WebSocketPair.new()
        client, server = pair.object_values()
        server.accept()

        async def on_message(event: Any) -> None:
            data = JSON.parse(event.data)
            server.send(JSON.stringify(Object.fromEntries(to_js([["echo", data]]))))

        server.addEventListener("message", create_proxy(on_message))
        server.send(to_js(b"bytes"))
        server.binaryType = "arraybuffer"
        for each in Object.values(pair):
            print(each)
        server.send(5)  # E
        server.send({"a": 1})  # E
        server.receive()  # E
        WebSocketPair()  # E
        server.accept(5)  # E
        return JsResponse.new(None, status=101, webSocket=client)

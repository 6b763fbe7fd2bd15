from typing import Any

from js import JSON, WebSocket, WebSocketPair
from pyodide.ffi import to_js
from workers import DurableObject, Request, Response


class Room(DurableObject):
    async def fetch(self, request: Request) -> Response:
        client, server = WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server, to_js(["lobby"]))
        server.serializeAttachment(to_js({"name": "x"}))
        print(server.deserializeAttachment())
        for tag in self.ctx.getTags(server):
            reveal_type(tag)  # T: str
        return Response(None, status=101, web_socket=client)

    async def webSocketMessage(self, ws: WebSocket, message: Any) -> None:
        for other in self.ctx.getWebSockets("lobby"):
            if other is not ws:
                other.send(JSON.stringify(message))
        reveal_type(ws.readyState)  # T: NUM
        ws.close(1000)
        ws.broadcast("x")  # E
        self.ctx.getWebsockets()  # E
        self.ctx.acceptWebSocket()  # E
        self.ctx.acceptWebSocket("ws")  # E

    async def webSocketClose(self, ws: WebSocket, code: int, reason: str, wasClean: bool) -> None:
        ws.close(code, reason)
        ws.close(reason)  # E

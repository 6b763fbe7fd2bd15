"""Chat rooms: a WebSocket at /rooms/NAME joins one."""

import json
from urllib.parse import parse_qs, urlparse

from js import WebSocketPair
from workers import DurableObject, Response, WorkerEntrypoint

LONGEST_MESSAGE = 500


class Room(DurableObject):
    """The sockets of a room. It sleeps between messages and keeps them: hibernation costs nothing while nobody talks."""

    async def fetch(self, request):
        client, server = WebSocketPair.new().object_values()
        name = parse_qs(urlparse(request.url).query).get("name", ["somebody"])[0][:30]
        self.ctx.acceptWebSocket(server)
        server.serializeAttachment(name)  # survives the sleep
        self.broadcast({"from": name, "event": "joined"})
        return Response(None, status=101, web_socket=client)

    async def webSocketMessage(self, socket, message):
        self.broadcast({"from": socket.deserializeAttachment(), "text": str(message)[:LONGEST_MESSAGE]})

    async def webSocketClose(self, socket, code, reason, was_clean):
        self.broadcast({"from": socket.deserializeAttachment(), "event": "left"}, leaving=socket)

    def broadcast(self, message, leaving=None):
        text = json.dumps(message)
        for socket in self.ctx.getWebSockets():
            if socket != leaving:
                socket.send(text)


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        path = urlparse(request.url).path.split("/")
        if len(path) != 3 or path[1] != "rooms" or not path[2]:
            return Response("not found", status=404)
        if (request.headers.get("upgrade") or "").lower() != "websocket":
            return Response("this is a WebSocket", status=426)
        return await self.env.ROOMS.getByName(path[2]).fetch(request)

from typing import TYPE_CHECKING, Any

from js import WebSocket, WebSocketPair
from pyodide.ffi import JsNull
from workers import DurableObject, Request, Response

if TYPE_CHECKING:
    from js import DurableObjectState, Env


class Room(DurableObject):
    def __init__(self, ctx: "DurableObjectState", env: "Env") -> None:
        super().__init__(ctx, env)
        self.sql = ctx.storage.sql

    async def fetch(self, request: Request) -> Response:
        await self.ctx.storage.put("n", 1)
        await self.ctx.storage.put({"a": 1, "b": [1]})
        n = await self.ctx.storage.get("n")
        print((n or 0) + 1)
        many = await self.ctx.storage.get(["a", "b"])
        print(many["a"])
        everything = await self.ctx.storage.list(prefix="a", limit=5)
        for key, value in everything.items():
            reveal_type(key)  # T: str
            print(value)
        reveal_type(await self.ctx.storage.delete("n"))  # T: bool
        await self.ctx.storage.deleteAll()
        await self.ctx.storage.setAlarm(1000)
        reveal_type(await self.ctx.storage.getAlarm())  # T: int | None || float | None
        await self.ctx.storage.deleteAlarm()
        cursor = self.ctx.storage.sql.exec("SELECT ?", 1)
        for row in cursor:
            print(row["n"])
        print(cursor.toArray(), cursor.one())
        reveal_type(cursor.rowsRead)  # T: NUM
        reveal_type(self.ctx.storage.sql.databaseSize)  # T: NUM
        reveal_type(self.ctx.id.name)  # T: str | None
        client, server = WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server)
        for socket in self.ctx.getWebSockets():
            socket.send("hi")
        self.ctx.waitUntil(self.ctx.storage.sync())
        await self.env.KV.put("a", "b")
        await self.ctx.storage.get()  # E
        await self.ctx.storage.get(5)  # E
        await self.ctx.storage.setAlarm("soon")  # E
        self.ctx.storage.sql.execute("x")  # E
        self.ctx.acceptWebsocket(server)  # E
        self.ctx.storage.list(perfix="a")  # E
        return Response(None, status=101, web_socket=client)

    async def webSocketMessage(self, ws: WebSocket, message: str) -> None:
        ws.send(message)

    async def alarm(self, info: Any = None) -> None:
        value = await self.ctx.storage.get("x")
        if isinstance(value, JsNull):
            return

# A durable object with SQL, an alarm and WebSockets, as its documentation shows it.
from datetime import datetime, timedelta

from js import WebSocketPair
from workers import DurableObject, Request, Response


class Counter(DurableObject):
    async def fetch(self, request: Request) -> Response:
        client, server = WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server)
        server.serializeAttachment({"name": "x"})
        for socket in self.ctx.getWebSockets():
            socket.send("hello")
        cursor = self.ctx.storage.sql.exec("SELECT name, age FROM people WHERE age > ?", 3)
        for row in cursor:
            print(row)
        print(self.ctx.storage.sql.exec("SELECT 1").one())
        reveal_type(self.ctx.storage.sql.databaseSize)  # T: NUM
        count = await self.ctx.storage.get("count")
        await self.ctx.storage.put("count", (count or 0) + 1)
        await self.ctx.storage.put({"a": 1, "b": 2})
        alarm = await self.ctx.storage.getAlarm()
        reveal_type(alarm)  # T: int | None || float | None || int | float | None
        if alarm is None:
            await self.ctx.storage.setAlarm(datetime.now() + timedelta(minutes=1))
        await self.ctx.storage.setAlarm(1_700_000_000_000)
        reveal_type(self.ctx.id.name)  # T: str | None
        await self.ctx.storage.setAlarm("tomorrow")  # E
        await self.ctx.storage.pot("count", 1)  # E
        self.ctx.acceptWebSocket("socket")  # E
        self.ctx.storage.sql.exec()  # E
        self.ctx.getWebsockets()  # E
        return Response(None, status=101, web_socket=client)

    async def webSocketMessage(self, socket: object, message: str) -> None:
        print(message)

    async def alarm(self) -> None:
        await self.ctx.storage.deleteAll()

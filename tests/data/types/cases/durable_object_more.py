from typing import Any

from js import WebSocketPair, WebSocketRequestResponsePair
from workers import DurableObject, Response


class Room(DurableObject):
    async def move(self) -> None:
        async def body(transaction: Any) -> None:
            await transaction.put("a", 1)

        await self.ctx.storage.transaction(body)
        kept = await self.ctx.storage.get("a", allowConcurrency=True)
        print(kept)
        await self.ctx.storage.put("a", [1, 2], {"allowUnconfirmed": True})
        await self.ctx.storage.delete(["a", "b"])
        await self.ctx.storage.list({"prefix": "x", "reverse": True})
        rows = self.ctx.storage.sql.exec("SELECT * FROM t WHERE a = ? AND b = ?", 1, "two")
        for name in rows.columnNames:
            reveal_type(name)  # T: str
        reveal_type(rows.rowsWritten)  # T: NUM
        self.ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair.new("ping", "pong"))
        client, server = WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server)
        server.serializeAttachment({"name": "x"})
        reveal_type(len(self.ctx.getWebSockets()))  # T: int
        reveal_type(self.ctx.id.equals(self.ctx.id))  # T: bool
        await self.ctx.storage.kv.put("a")  # E
        self.ctx.storage.sql.exec()  # E
        await self.ctx.storage.transaction()  # E
        await self.ctx.storage.putAll({})  # E
        rows.rowCount  # E
        self.ctx.id.toStr()  # E
        self.ctx.waitUntil(5)  # E

    async def both(self) -> Response:
        value = await self.ctx.storage.get("n")
        if value is None:
            value = 0
        return Response(str(value + 1))

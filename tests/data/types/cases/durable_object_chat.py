from typing import Any, TYPE_CHECKING

from js import WebSocketPair
from workers import DurableObject, Request, Response, WorkerEntrypoint, WorkflowEntrypoint

if TYPE_CHECKING:
    from js import DurableObjectState, Env, WebSocket


class Room(DurableObject):
    sessions: "list[WebSocket]"

    def __init__(self, ctx: "DurableObjectState", env: "Env") -> None:
        super().__init__(ctx, env)
        self.sql = ctx.storage.sql
        self.storage = ctx.storage
        self.sessions = []
        self.sql.exec("CREATE TABLE IF NOT EXISTS t (a)")
        reveal_type(self.storage.sql.exec("x").rowsRead)  # T: NUM

    async def increment(self) -> int:
        value: int = (await self.ctx.storage.get("value")) or 0
        value += 1
        await self.ctx.storage.put("value", value)
        row = self.ctx.storage.sql.exec("SELECT 1 AS a").one()
        total: int = row["a"]
        names: list[str] = [r["name"] for r in self.ctx.storage.sql.exec("x").toArray()]
        names2 = [r.name for r in self.ctx.storage.sql.exec("x", *names)]
        keys = (await self.ctx.storage.list()).keys()
        print(total, names2, list(keys))
        alarm: int | None = await self.ctx.storage.getAlarm()
        self.ctx.storage.transactionSync(lambda: self.sql.exec("x"))
        self.sessions += self.ctx.getWebSockets()
        for ws in self.ctx.getWebSockets():
            ws.send("x")
            attached = ws.deserializeAttachment()
            print(attached)
        print(alarm)
        return value

    async def fetch(self, request: Request) -> Response:
        pair = WebSocketPair.new()
        client, server = pair.object_values()
        self.ctx.acceptWebSocket(server)
        self.ctx.getTags(server)
        self.ctx.setHibernatableWebSocketEventTimeout(5)
        reveal_type(self.ctx.getHibernatableWebSocketEventTimeout())  # T: int | None || int | JsNull || float | None
        self.sql.execs("x")  # E
        await self.storage.puts("a", 1)  # E
        (await self.storage.get("a")).x  # E
        return Response(None, status=101, web_socket=client)


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: Any) -> Any:
        result = await self.env.DB.prepare("x").all()
        await self.env.JOBS.send({"a": result.results})
        self.ctx.waitUntil(self.env.KV.put("a", "b"))
        self.env.DBB  # E
        return result.results


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        inst = await self.env.FLOW.create(id="x", params={"a": [1, {"b": None}]})
        st = await inst.status()
        reveal_type(st.status == "complete")  # T: bool
        error = st["error"]
        if error:
            print(error["message"])
        return Response.json({"id": inst.id, "status": await inst.status()})

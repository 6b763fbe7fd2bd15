# Several entrypoints in one file, with handlers of every kind.
from typing import TYPE_CHECKING, Any

from workers import DurableObject, Request, Response, WorkerEntrypoint, WorkflowEntrypoint

if TYPE_CHECKING:
    from js import DurableObjectState, Env, ExecutionContext, ForwardableEmailMessage, MessageBatch, ScheduledController


class Default(WorkerEntrypoint):
    def __init__(self, ctx: "ExecutionContext", env: "Env") -> None:
        super().__init__(ctx, env)
        self.greeting = env.GREETING

    async def fetch(self, request: Request) -> Response:
        reveal_type(await self.env.KV.get("k"))  # T: str | None
        self.ctx.waitUntil(self.env.KV.put("a", "b"))
        return Response(self.greeting)

    async def scheduled(self, controller: "ScheduledController", env: "Env", ctx: "ExecutionContext") -> None:
        reveal_type(controller.cron)  # T: str
        await env.KV.put("last", str(controller.scheduledTime))
        ctx.waitUntil(env.KV.delete("a"))

    async def queue(self, batch: "MessageBatch", env: "Env", ctx: "ExecutionContext") -> None:
        for message in batch.messages:
            print(message.body["a"])

    async def email(self, message: "ForwardableEmailMessage", env: "Env", ctx: "ExecutionContext") -> None:
        reveal_type(message.from_)  # T: str
        await message.forward("a@example.com")
        message.sender  # E


class Room(DurableObject):
    def __init__(self, ctx: "DurableObjectState", env: "Env") -> None:
        super().__init__(ctx, env)
        reveal_type(ctx.id.toString())  # T: str

    async def fetch(self, request: Request) -> Response:
        reveal_type(await self.env.KV.get("k"))  # T: str | None
        return Response("room")


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: Any) -> None:
        reveal_type(await self.env.KV.get("k"))  # T: str | None


class Admin(WorkerEntrypoint):
    async def add(self, one: int, other: int = 1) -> int:
        return one + other + len(self.env.GREETING)

    async def wrong(self) -> None:
        self.env.KV_  # E
        self.ctx.acceptWebSocket  # E
        self.enviroment  # E

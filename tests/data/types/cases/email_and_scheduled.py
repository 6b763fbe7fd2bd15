from typing import TYPE_CHECKING, Any

from js import JSON
from workers import WorkerEntrypoint

if TYPE_CHECKING:
    from js import ForwardableEmailMessage, ScheduledController, TraceItem


class Default(WorkerEntrypoint):
    async def email(self, message: "ForwardableEmailMessage") -> None:
        reveal_type(message.to)  # T: str
        reveal_type(message.rawSize)  # T: NUM
        print(message.headers.get("subject"))
        message.setReject("no")
        await message.forward("else@example.com")
        async for chunk in message.raw:
            print(chunk)
        message.reject("no")  # E
        await message.forward()  # E

    async def scheduled(self, controller: "ScheduledController", env: Any, ctx: Any) -> None:
        reveal_type(controller.cron)  # T: str
        reveal_type(controller.scheduledTime)  # T: NUM
        controller.noRetry()
        controller.retry()  # E

    async def tail(self, events: "list[TraceItem]") -> None:
        for event in events:
            print(event.scriptName, event.outcome, JSON.stringify(event.logs))
            event.script  # E

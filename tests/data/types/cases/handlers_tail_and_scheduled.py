from typing import TYPE_CHECKING

from workers import WorkerEntrypoint

if TYPE_CHECKING:
    from js import ExecutionContext, Env, ScheduledController, TraceItem


class Default(WorkerEntrypoint):
    async def scheduled(self, controller: "ScheduledController", env: "Env", ctx: "ExecutionContext") -> None:
        if controller.cron == "*/5 * * * *":
            reveal_type(controller.scheduledTime)  # T: NUM
            rows = await env.DB.prepare("SELECT * FROM t").all()
            await env.KV.put("count", str(len(rows.results)))
        controller.time  # E
        env.NOPE  # E
        ctx.storage  # E
        await env.KV.put("count", len(rows.results))  # E

    async def tail(self, events: "list[TraceItem]") -> None:
        for event in events:
            reveal_type(event.outcome)  # T: str
            for log in event.logs:
                reveal_type(log.level)  # T: str
                print(log.message)
            for exception in event.exceptions:
                reveal_type(exception.message)  # T: str
            event.error  # E

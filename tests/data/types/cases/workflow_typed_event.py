from typing import TYPE_CHECKING

from workers import WorkflowEntrypoint

if TYPE_CHECKING:
    from js import WorkflowEvent, WorkflowStepContext
    from workers.entrypoints import WorkflowStep


class Flow(WorkflowEntrypoint):
    async def run(self, event: "WorkflowEvent", step: "WorkflowStep") -> dict[str, str]:
        print(event["payload"]["a"], event.payload)
        reveal_type(event["instanceId"])  # T: str
        reveal_type(event.timestamp)  # T: datetime

        @step.do("count")
        async def count() -> int:
            rows = await self.env.DB.prepare("x").all()
            return len(rows.results)

        @step.do("name", depends=[count], concurrent=True)
        async def name(total: int) -> str:
            return str(total)

        @step.do("plain")
        async def plain(ctx: "WorkflowStepContext") -> list[int]:
            reveal_type(ctx.attempt)  # T: NUM
            return [1]

        reveal_type(await count())  # T: int
        reveal_type(await name())  # T: str
        reveal_type(await plain())  # T: list[int]
        await step.sleep("x", "1 hour")
        (await count()).upper()  # E
        event["id"]  # E
        step.sleepUntil("x", 5)  # E
        await self.env.FLOW.create(param={})  # E
        return {"name": await name()}

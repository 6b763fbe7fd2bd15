from typing import TYPE_CHECKING, Any

from workers import WorkflowEntrypoint

if TYPE_CHECKING:
    from workers.entrypoints import WorkflowStep



class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: "WorkflowStep") -> None:
        @step.do("one")
        async def one() -> int:
            return 1

        reveal_type(await one())  # T: int
        await step.sleep("nap", "1 minute")
        print(event["payload"])
        await self.env.KV.put("k", "v")
        await step.slep("nap", "1 minute")  # E
        await self.env.KV.putt("k", "v")  # E

from datetime import datetime, timedelta
from typing import Any

from workers import WorkflowEntrypoint
from workers.entrypoints import WorkflowStep
from workers.workflows import NonRetryableError


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: WorkflowStep) -> Any:
        @step.do("fetch", config={"retries": {"limit": 5, "delay": "10 seconds"}, "timeout": "1 minute"})
        async def fetch_it() -> dict[str, int]:
            return {"a": 1}

        @step.do()
        async def after(fetch_it: dict[str, int]) -> str:
            if not fetch_it:
                raise NonRetryableError("nothing")
            return "x"

        @step.do("both", concurrent=True)
        async def both(fetch_it: dict[str, int], after: str) -> None:
            print(fetch_it, after)

        reveal_type(await fetch_it())  # T: dict[str, int]
        reveal_type(await after())  # T: str
        await both()
        await step.sleep("nap", "10 seconds")
        await step.sleep("nap", 1000)
        await step.sleep_until("later", datetime.now() + timedelta(hours=1))
        approval = await step.wait_for_event("approval", "approved", timeout="1 hour")
        print(approval["payload"])
        await self.env.KV.put("a", str(event["payload"]["id"]))
        step.do(5)  # E
        await step.sleep("nap")  # E
        await step.sleep_until("later", 5)  # E
        await step.waitForEvent("approval")  # E
        await step.run("x")  # E
        (await fetch_it()).upper()  # E
        return {"done": True}

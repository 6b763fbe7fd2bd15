"""An order in steps: POST / starts one, GET /ID says how far it is."""

from typing import TYPE_CHECKING
from urllib.parse import urlparse

from workers import Response, WorkerEntrypoint, WorkflowEntrypoint

if TYPE_CHECKING:  # for editors: the module has it in the types only
    from workers.entrypoints import WorkflowStep

PRICES = {"tea": 350, "pie": 420}


class OrderWorkflow(WorkflowEntrypoint):
    async def run(self, event, step: "WorkflowStep"):
        order = event["payload"]

        # The result of a step is kept: after a restart the workflow goes on behind the last one that was done.
        @step.do()
        async def price():
            return PRICES[order["item"]] * order["count"]

        # A parameter with the name of a step gets its result.
        @step.do(config={"retries": {"limit": 3, "delay": "1 second", "backoff": "exponential"}})
        async def receipt(price):
            return {"item": order["item"], "count": order["count"], "cents": price}

        await step.sleep("time to change one's mind", "2 seconds")
        return await receipt()


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.method == "POST":
            order = await request.json()
            if order.get("item") not in PRICES:
                return Response(f"there is {', '.join(PRICES)}", status=400)
            instance = await self.env.ORDERS.create({"params": {"item": order["item"], "count": order.get("count", 1)}})
            return Response.json({"id": instance.id}, status=202)
        name = urlparse(request.url).path.removeprefix("/")
        if not name:
            return Response("POST an order, then GET /ID", status=400)
        instance = await self.env.ORDERS.get(name)
        status = await instance.status()
        return Response.json({"status": status["status"], "output": status.get("output")})

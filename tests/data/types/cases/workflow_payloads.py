# ORDERS is a workflow whose class (entry.py) says what it is started with: `WorkflowEvent[Order]`.
from typing import TYPE_CHECKING, NotRequired, TypedDict

from workers import Request, Response, WorkerEntrypoint, WorkflowEntrypoint

if TYPE_CHECKING:
    from js import Workflow, WorkflowEvent
    from workers.entrypoints import WorkflowStep


class Order(TypedDict):
    id: str
    rows: list[int]
    note: NotRequired[str]


async def start(workflow: "Workflow", order: Order) -> str:
    return (await workflow.create(params=order)).id


class Other(WorkflowEntrypoint):
    async def run(self, event: "WorkflowEvent[Order]", step: "WorkflowStep") -> str:
        reveal_type(event["payload"]["rows"])  # T: list[int]
        reveal_type(event.payload["id"])  # T: str
        reveal_type(event.instanceId)  # T: str
        event.payload["name"]  # E
        return event["payload"]["id"]


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = await self.env.ORDERS.create(params={"id": "a", "rows": [1]})
        reveal_type(made.id)  # T: str
        await self.env.ORDERS.create(id="x", params={"id": "a", "rows": [], "note": "soon"})
        await self.env.ORDERS.create({"params": {"id": "a", "rows": [1]}})
        await self.env.ORDERS.create_batch([{"params": {"id": "a", "rows": [1]}}, {"id": "y"}])
        same: Order = {"id": "a", "rows": []}
        await self.env.ORDERS.create(params=same)
        await self.env.ORDERS.create(params=await request.json())
        await start(self.env.ORDERS, same)
        await self.env.FLOW.create(params={"anything": 1})
        await self.env.ORDERS.create(params={"id": 1, "rows": []})  # E
        await self.env.ORDERS.create(params={"id": "a"})  # E
        await self.env.ORDERS.create({"params": {"id": "a", "rows": ["x"]}})  # E
        await self.env.ORDERS.create(params=5)  # E
        await self.env.ORDERS.create_batch([{"params": {"id": "a", "row": [1]}}])  # E
        room = self.env.ROOM.getByName("lobby")
        reveal_type(await room.ordered({"id": "a", "rows": [1]}, 1))  # T: bool
        await room.ordered(same, 2)
        await room.ordered({"id": "a", "rows": "1"}, 1)  # E
        await room.ordered({"ids": "a"}, 1)  # E
        return Response("done")

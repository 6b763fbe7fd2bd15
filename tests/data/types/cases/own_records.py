# What Room (entry.py) takes: TypedDicts of its own code, also called into being and generic ones.
from typing import Any, NotRequired, TypedDict

from workers import Request, Response, WorkerEntrypoint


class Order(TypedDict):
    id: str
    rows: list[int]
    note: NotRequired[str]


class Page[T](TypedDict):
    items: list[T]
    next: NotRequired[int]


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        room = self.env.ROOM.getByName("lobby")
        await room.send({"from": "me", "to": ["you"]})
        await room.send({"from": 1})  # E
        await room.send({"to": ["you"]})  # E
        await room.send({"from": "me", "cc": []})  # E
        await room.fill({"items": [{"id": "a", "rows": [1]}], "next": 2})
        await room.fill({"items": []}, {"items": [1, "a"]})
        await room.fill({"items": [{"id": "a"}]})  # E
        await room.fill({"items": [], "after": 2})  # E
        await room.fill({"items": []}, {"next": 1})  # E
        mine: Page[Order] = {"items": []}
        await room.ordered({"id": "a", "rows": []}, 1)
        # What another call has given, and a dict of anything: as for the runtime's own options.
        stored = await self.env.KV.get("order", type="json")
        if stored is not None:
            await room.ordered(stored, 1)
        found = await self.env.DB.prepare("SELECT 1").first()
        if found is not None:
            await room.ordered(found, 1)
        anything: dict[str, Any] = {}
        await room.ordered(anything, 1)  # E
        await self.env.KV.put("k", "v", anything)  # E
        await room.ordered(await request.json(), 1)
        return Response(str(mine))

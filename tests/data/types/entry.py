# The Worker's own code: the classes that ROOM, FLOW and SELF stand for.
from typing import Any

from workers import DurableObject, Request, Response, WorkerEntrypoint, WorkflowEntrypoint


class Room(DurableObject):
    async def say(self, text: str, loud: bool = False) -> int:
        return len(text)

    def names(self) -> list[str]:
        return []

    def _private(self) -> None: ...


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: Any) -> None: ...


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        return Response("ok")

    async def add(self, one: int, other: int) -> int:
        return one + other

# The Worker's own code: the classes that ROOM, FLOW and SELF stand for.
from collections.abc import Callable
from datetime import datetime
from typing import Any, override

from workers import DurableObject, Request, Response, WorkerEntrypoint, WorkflowEntrypoint


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


class Base(DurableObject):
    async def inherited(self, numbers: list[int]) -> str:
        return str(numbers)

    async def tidy(self) -> bool:
        return False


class Room(Base):
    async def say(self, text: str, loud: bool = False) -> int:
        return len(text)

    def names(self) -> list[str]:
        return []

    async def opened(self, when: datetime) -> datetime:
        return when

    async def picture(self, data: bytes) -> bytes:
        return data

    @override
    async def tidy(self) -> bool:
        return True

    @logged
    async def logged(self, text: str) -> int:
        return 1

    @staticmethod
    def fixed(number: int) -> int:
        return number

    @property
    def size(self) -> int:
        return 1

    async def total(self, *numbers: int, start: int = 0) -> int:
        return sum(numbers, start)

    def _private(self) -> None: ...


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: Any) -> None: ...


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        return Response("ok")

    async def add(self, one: int, other: int) -> int:
        return one + other

# The Worker's own code: the classes that ROOM, FLOW, ORDERS and SELF stand for.
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, override

from workers import DurableObject, Request, Response, WorkerEntrypoint, WorkflowEntrypoint

if TYPE_CHECKING:
    from js import WorkflowEvent


class Order(TypedDict):
    id: str
    rows: list[int]
    note: NotRequired[str]


Mail = TypedDict("Mail", {"from": str, "to": NotRequired[list[str]]})


class Page[T](TypedDict):
    items: list[T]
    next: NotRequired[int]


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

    async def ordered(self, order: Order, times: int) -> bool:
        return len(order["rows"]) == times

    async def send(self, mail: Mail) -> None: ...

    async def fill(self, page: Page[Order], open: Page[Any] | None = None) -> int:
        return len(page["items"])

    def _private(self) -> None: ...


class Flow(WorkflowEntrypoint):
    async def run(self, event: Any, step: Any) -> None: ...


class Orders(WorkflowEntrypoint):
    async def run(self, event: "WorkflowEvent[Order]", step: Any) -> None:
        print(event["payload"]["id"])


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        return Response("ok")

    async def add(self, one: int, other: int) -> int:
        return one + other

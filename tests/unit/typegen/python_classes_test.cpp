#include "support/catch.hpp"

#include <typegen/python_annotations.hpp>
#include <typegen/python_classes.hpp>

using namespace pyw::typegen;

TEST_CASE("classes and their public methods are found") {
  const auto classes = find_python_classes(R"(
from workers import DurableObject

class Counter(DurableObject):
    """Counts."""

    def __init__(self, ctx, env):
        super().__init__(ctx, env)

    async def increment(
        self,
        by: int = 1,  # the caller's step (
        *, name: str | None = None,
    ) -> int:
        def inner(self): ...
        return by

    def named(self, thing: Thing, other: "Later") -> Thing: ...

    @property
    def size(self) -> int: ...

    async def fetch(self, request): ...
    async def _private(self): ...

def not_a_method(self): ...
)");
  REQUIRE(classes.size() == 1);
  CHECK(classes[0].name == "Counter");
  CHECK(classes[0].bases == std::vector<std::string>{"DurableObject"});
  REQUIRE(classes[0].methods.size() == 2);
  CHECK(classes[0].methods[0].name == "increment");
  CHECK(classes[0].methods[0].parameters == "by: int = ..., /");
  CHECK(classes[0].methods[0].result == "int");
  CHECK(classes[0].methods[1].parameters == "thing: Any, other: Any, /");
  CHECK(classes[0].methods[1].result == "Any");
}

TEST_CASE("what a caller sees of decorated methods, and what arrives of results") {
  const auto classes = find_python_classes(R"(
class Room(DurableObject):
    @override
    async def one(self, data: bytes) -> dict[str, bytes]: ...
    @retried(
        times=3,
    )
    async def two(self, data: bytes) -> bytes: ...
    @staticmethod
    def three() -> int: ...
    @size.setter
    def size(self, value: int) -> None: ...
    @override
    @property
    def length(self) -> int: ...
    async def four(self, /, *numbers: int, start: int = 0, **rest: int) -> int: ...
)");
  REQUIRE(classes.size() == 1);
  REQUIRE(classes[0].methods.size() == 4);
  const auto shown = [&](std::size_t index) {
    const auto& method = classes[0].methods[index];
    return method.name + "(" + method.parameters + ") -> " + method.result;
  };
  CHECK(shown(0) == "one(data: bytes, /) -> dict[str, memoryview]");
  CHECK(shown(1) == "two(*arguments: Any) -> Any");
  CHECK(shown(2) == "three() -> int");
  CHECK(shown(3) == "four(*numbers: int) -> int");
}

TEST_CASE("a workflow's run says what it is started with, and TypedDicts keep their keys") {
  constexpr std::string_view types = R"(
from typing import NotRequired, TypedDict

class Base(TypedDict):
    id: str  # by which it is found

class Order(Base, total=False):
    """
    not: a key
    """
    rows: Required[list["Row"]]
    when: datetime.datetime
    made: Thing

class Row(TypedDict):
    count: NotRequired[ReadOnly[int]]

class Odd(Elsewhere):
    key: int
)";
  RecordBook records;
  add_python_records({types}, records);
  REQUIRE(records.records().size() == 3);
  CHECK(write_record(*records.record("_OrderDict")) == R"(class _OrderDict(TypedDict):
    id: ReadOnly[str]
    rows: ReadOnly[Any]
    when: NotRequired[ReadOnly[datetime]]
    made: NotRequired[ReadOnly[Any]]
)");
  CHECK(write_record(*records.record("_RowDict")) ==
        "class _RowDict(TypedDict):\n    count: NotRequired[ReadOnly[int]]\n");
  const auto classes = find_python_classes(R"(
class One(WorkflowEntrypoint):
    async def run(self, event: "js.WorkflowEvent[Order | None]", step): ...
class Two(WorkflowEntrypoint):
    async def run(self, event: WorkflowEvent[dict[str, int]], step: "WorkflowStep"): ...
class Three(WorkflowEntrypoint):
    async def run(self, event: WorkflowEvent[Odd], step): ...
class Four(WorkflowEntrypoint):
    async def run(self, event: WorkflowEvent, step): ...
    async def take(self, order: Order, odd: Odd) -> Order: ...
)",
                                           records);
  REQUIRE(classes.size() == 4);
  CHECK(classes[0].payload == "_OrderDict | None");
  CHECK(classes[1].payload == "dict[str, int]");
  CHECK(classes[2].payload == "Any");
  CHECK(classes[3].payload.empty());
  CHECK(classes[3].methods[0].parameters == "order: _OrderDict | JsObject | JsDict[Any], odd: Any, /");
  CHECK(classes[3].methods[0].result == "Any"); // arrives as a dict with attributes
}

TEST_CASE("TypedDicts that are called into being, and generic ones") {
  constexpr std::string_view types = R"(
Odd = TypedDict(
    "Odd",
    {"from": str, 'to-whom': NotRequired[list[int]], "row": "Row"},  # keys that no class can have
    total=False,
)
Row = typing.TypedDict("Row", {"id": int})
Other = dict("Other", {"id": int})
Spread = TypedDict("Spread", {**Row})

class Page(TypedDict, Generic[T]):
    items: list[T]
    next: NotRequired["Page[T]"]

class Rows(Page[Row]):
    count: int

class Pair[K: str, V](TypedDict):
    key: K
    value: V
)";
  RecordBook records;
  add_python_records({types}, records);
  REQUIRE(records.records().size() == 5);
  CHECK(write_record(*records.record("_OddDict")) == R"(_OddDict = TypedDict("_OddDict", {
    "from": NotRequired[ReadOnly[str]],
    "to-whom": NotRequired[ReadOnly[list[int]]],
    "row": NotRequired[ReadOnly[_RowDict]],
})
)");
  CHECK(write_record(*records.record("_PageDict")) == R"(class _PageDict[T](TypedDict):
    items: ReadOnly[list[T]]
    next: NotRequired[ReadOnly[_PageDict[T]]]
)");
  CHECK(write_record(*records.record("_RowsDict")) == R"(class _RowsDict(TypedDict):
    items: ReadOnly[list[_RowDict]]
    next: NotRequired[ReadOnly[_PageDict[_RowDict]]]
    count: ReadOnly[int]
)");
  CHECK(annotated_type("Pair[str, Page[Row]] | None", records) ==
        "_PairDict[str, _PageDict[_RowDict]] | None");
  CHECK(annotated_type("dict[str, Page]", records) == "dict[str, _PageDict[Any]]");
  CHECK(annotated_type("Page | Page[Row]", records) == "Any");
  CHECK(annotated_type("Page[T]", records) == "Any"); // T is none here
}

TEST_CASE("text that is not Python gives no classes, and no crash") {
  CHECK(find_python_classes("class").empty());
  CHECK(find_python_classes("class A(\n    def f(self").size() == 1);
  CHECK(find_python_classes("class A:\n    def f(self, x: list[int = ]) -> [: ...").size() == 1);
  CHECK(find_python_classes("").empty());
}

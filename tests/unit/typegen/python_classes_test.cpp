#include "support/catch.hpp"

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
        by: int = 1,  # the step
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
  CHECK(classes[0].methods[0].result == "int");
  CHECK(classes[0].methods[1].parameters == "thing: Any, other: Any");
  CHECK(classes[0].methods[1].result == "Any");
}

TEST_CASE("text that is not Python gives no classes, and no crash") {
  CHECK(find_python_classes("class").empty());
  CHECK(find_python_classes("class A(\n    def f(self").size() == 1);
  CHECK(find_python_classes("class A:\n    def f(self, x: list[int = ]) -> [: ...").size() == 1);
  CHECK(find_python_classes("").empty());
}

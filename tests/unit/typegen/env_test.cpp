#include "support/catch.hpp"

#include <typegen/env.hpp>

using namespace pyw::typegen;

namespace {

std::string body_of(const EnvDescription& env, const Names& names) {
  const auto text = make_env_stub(env, {.always = names, .with_ai = {"Ai"}}).content;
  return text.substr(text.find("from ._globals import *"));
}

} // namespace

TEST_CASE("variables are literals; JSON is an object with attributes") {
  EnvDescription env;
  env.entries = {{.name = "STAGE", .kind = EnvKind::variable, .values = {"\"dev\""}},
                 {.name = "LIMITS", .kind = EnvKind::variable, .values = {R"({"max":3,"tags":["a"]})"}},
                 {.name = "COUNT", .kind = EnvKind::variable, .values = {"1"}, .varies = true}};
  CHECK(body_of(env, {}) == R"(from ._globals import *

class _LIMITS(JsProxy):
    @property
    def max(self) -> int: ...
    @property
    def tags(self) -> JsArray[str]: ...

class Env:
    """What the Worker finds in `self.env`."""

    STAGE: Literal["dev"]
    LIMITS: _LIMITS
    COUNT: int
)");
}

TEST_CASE("a kind whose class the declarations lack is Any") {
  EnvDescription env;
  env.entries = {{.name = "KV", .kind = EnvKind::kv_namespace},
                 {.name = "Q", .kind = EnvKind::queue},
                 {.name = "AI", .kind = EnvKind::ai}};
  const auto text = body_of(env, {"KVNamespace"});
  CHECK(text.find("    KV: _globals.KVNamespace\n") != std::string::npos);
  CHECK(text.find("    Q: Any\n") != std::string::npos);
  CHECK(text.find("    AI: _globals_ai.Ai\n") != std::string::npos);
}

TEST_CASE("every class can be imported, AI models' shapes where there is such a binding or code names one") {
  const PublicNames names{.always = {"KVNamespace"}, .with_bindings = {"StreamBinding"}, .with_ai = {"Ai"}};
  constexpr auto star_bindings = "from ._globals_bindings import *\n";
  constexpr auto star_ai = "from ._globals_ai import *\n";
  EnvDescription env;
  env.entries = {{.name = "KV", .kind = EnvKind::kv_namespace}};
  env.named = {"URL"};
  const auto plain = make_env_stub(env, names).content;
  CHECK(plain.find(star_bindings) != std::string::npos);
  CHECK(plain.find(star_ai) == std::string::npos);
  env.named = {"Ai"};
  const auto ai = make_env_stub(env, names).content;
  CHECK(ai.find(star_bindings) != std::string::npos);
  CHECK(ai.find(star_ai) != std::string::npos);
  env.named = {};
  env.entries = {{.name = "S", .kind = EnvKind::stream}};
  const auto bound = make_env_stub(env, names).content;
  CHECK(bound.find("    S: _globals_bindings.StreamBinding\n") != std::string::npos);
}

TEST_CASE("stubs of the project's own classes answer to their methods only") {
  EnvDescription env;
  env.entries = {{.name = "COUNTER", .kind = EnvKind::durable_object, .class_name = "Counter"}};
  env.classes = {{"Counter", {"DurableObject"}, {{"increment", "by: int = ...", "int"}}}};
  CHECK(body_of(env, {"DurableObjectNamespace", "DurableObjectStub"}) == R"(from ._globals import *

class _CounterStub(_globals.DurableObjectStub):
    __getattr__: None  # type: ignore[assignment, misc]
    async def increment(self, by: int = ...) -> int: ...

class Env:
    """What the Worker finds in `self.env`."""

    COUNTER: _globals.DurableObjectNamespace[_CounterStub]
)");
}

TEST_CASE("stubs have the methods that a class inherits, and any other when a base is not at hand") {
  EnvDescription env;
  env.entries = {{.name = "ONE", .kind = EnvKind::service, .class_name = "One"},
                 {.name = "TWO", .kind = EnvKind::service, .class_name = "Two"}};
  env.classes = {{"Base", {"WorkerEntrypoint"}, {{"add", "", "int"}, {"last", "", "int"}}},
                 {"One", {"package.Base[int]", "metaclass=Meta"}, {{"add", "", "str"}}},
                 {"Two", {"Base", "Elsewhere"}, {}}};
  const auto text = body_of(env, {"Fetcher"});
  CHECK(text.find(R"(class _OneStub(_globals.Fetcher):
    __getattr__: None  # type: ignore[assignment, misc]
    async def add(self) -> str: ...
    async def last(self) -> int: ...
)") != std::string::npos);
  CHECK(text.find(R"(class _TwoStub(_globals.Fetcher):
    async def add(self) -> int: ...
)") != std::string::npos);
}

TEST_CASE(
    "a workflow is typed by what its class is started with, and the records that this names are written") {
  EnvDescription env;
  env.entries = {{.name = "FLOW", .kind = EnvKind::workflow, .class_name = "Flow"},
                 {.name = "FAR", .kind = EnvKind::workflow, .class_name = "Flow", .worker = "other"},
                 {.name = "PLAIN", .kind = EnvKind::workflow, .class_name = "Plain"}};
  env.classes = {{.name = "Base", .payload = "list[_RowDict]"},
                 {.name = "Flow", .bases = {"Base"}},
                 {.name = "Flow", .payload = "int", .worker = "other"},
                 {.name = "Plain", .payload = "Any"}};
  env.records = {{"_CellDict", {{"a b", "str"}}}, {"_RowDict", {{"cell", "_CellDict"}}}, {"_UnusedDict"}};
  CHECK(body_of(env, {"Workflow"}) == R"(from ._globals import *

class _RowDict(TypedDict):
    cell: ReadOnly[_CellDict]

_CellDict = TypedDict("_CellDict", {
    "a b": ReadOnly[str],
})

class Env:
    """What the Worker finds in `self.env`."""

    FLOW: _globals.Workflow[list[_RowDict]]
    FAR: _globals.Workflow[int]
    PLAIN: _globals.Workflow
)");
  CHECK(body_of(env, {}).find("    FLOW: Any\n") != std::string::npos);
}

TEST_CASE("bindings may have the names of Python's own types, and names that are none") {
  EnvDescription env;
  env.entries = {{.name = "str", .kind = EnvKind::secret}, {.name = "a-b", .kind = EnvKind::secret}};
  const auto text = body_of(env, {});
  CHECK(text.find("    str: builtins.str\n") != std::string::npos);
  CHECK(text.find("    # a-b: ") != std::string::npos);
}

#include "support/catch.hpp"

#include <typegen/env.hpp>

using namespace pyw::typegen;

namespace {

std::string body_of(const EnvDescription& env, const Names& names) {
  const auto text = make_env_stub(env, {names, {"Ai"}}).content;
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

TEST_CASE("stubs of the project's own classes answer to their methods only") {
  EnvDescription env;
  env.entries = {{.name = "COUNTER", .kind = EnvKind::durable_object, .class_name = "Counter"}};
  env.classes = {{"Counter", {"DurableObject"}, {{"increment", "by: int = ...", "int"}}}};
  const auto text = body_of(env, {"DurableObjectNamespace"});
  CHECK(text.find("    async def increment(self, by: int = ...) -> int: ...\n") != std::string::npos);
  CHECK(text.find("    COUNTER: _globals.DurableObjectNamespace[_CounterStub]\n") != std::string::npos);
  CHECK(text.find("__getattr__") == std::string::npos);
}

TEST_CASE("bindings may have the names of Python's own types, and names that are none") {
  EnvDescription env;
  env.entries = {{.name = "str", .kind = EnvKind::secret}, {.name = "a-b", .kind = EnvKind::secret}};
  const auto text = body_of(env, {});
  CHECK(text.find("    str: builtins.str\n") != std::string::npos);
  CHECK(text.find("    # a-b: ") != std::string::npos);
}

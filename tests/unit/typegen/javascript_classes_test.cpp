#include <support/catch.hpp>
#include <typegen/javascript_classes.hpp>

using namespace pyw::typegen;

namespace {

/// "Name: method(parameters) -> result; …" of each class.
std::vector<std::string> classes_in(std::string_view source) {
  std::vector<std::string> lines;
  for (const auto& found : find_javascript_classes(source)) {
    auto line = found.name + ":";
    for (const auto& method : found.methods) {
      line += " " + method.name + "(" + method.parameters + ") -> " + method.result + ";";
    }
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("JavaScript: exported classes, public methods, as many parameters as declared") {
  CHECK(classes_in(R"js(
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

class Hidden { secret() {} }

export class Counter extends DurableObject {
  static make() {}
  #value = 0;
  constructor(ctx, env) { super(ctx, env); }
  get value() { return 1; }
  async fetch(request) {}
  async add(by, times = 1) { return by * times; }
  reset() {}
  #private(x) {}
  early(a = 1, b) {}
  spread({ a, b }, [c], ...rest) {}
  lambda(from, class_) {}
  *generate(a) {}
}
export default class extends WorkerEntrypoint { sum(a, b) { return a + b; } }
)js") == Lines{"Counter: add(by: Any, times: Any = ..., /) -> Any; reset() -> Any; early(a: Any, b: Any, /) "
               "-> Any;"
               " spread(argument1: Any, argument2: Any, /, *rest: Any) -> Any;"
               " lambda_(from_: Any, class_: Any, /) -> Any;",
               "default: sum(a: Any, b: Any, /) -> Any;"});
}

TEST_CASE("JavaScript: types of JSDoc") {
  CHECK(classes_in(R"js(
export class Auth {
  /**
   * @param {string} name  who it is
   * @param {number | null} [age]
   * @param {Array<string>} roles
   * @param {{a: 1}} options
   * @returns {Promise<boolean[]>} one a role
   */
  check(name, age, roles, options) {}
  // @param {string} plain
  plain(plain) {}
  undocumented(name) {}
}
)js") == Lines{"Auth: check(name: str, age: float | None, roles: ListLike[str], options: Mapping[str, Any], "
               "/) -> list[bool];"
               " plain(plain: str, /) -> Any; undocumented(name: Any, /) -> Any;"});
}

TEST_CASE("TypeScript: annotations, and classes that are exported by a list") {
  CHECK(classes_in(R"ts(
class Greeter<T> extends WorkerEntrypoint<Env> {
  private inner(): void {}
  protected other(): void {}
  public async greet(name: string, loud?: boolean): Promise<string> { return name; }
  list(...names: string[]): Promise<Map<string, number> | null> { throw 1; }
  find(key: "a" | "b"): undefined {}
  nested(a: Array<string | null>, b: (string | number)[], c: ((x: string) => void) | null): Promise<string | null> {}
}
class Main {}
export { Greeter as Polite, Missing };
export default Main;
)ts") == Lines{"Polite: greet(name: str, loud: bool = ..., /) -> str; list(*names: str) -> dict[str, float] "
               "| None;"
               " find(key: Literal[\"a\", \"b\"], /) -> None;"
               " nested(a: ListLike[str | None], b: ListLike[str | float], c: Any, /) -> str | None;",
               "default:"});
}

TEST_CASE("JavaScript: what a class inherits, and the base that is elsewhere") {
  constexpr auto source = R"ts(
class Base extends WorkerEntrypoint<Env> {
  first(): string { return ""; }
  second(): string { return ""; }
}
export class Derived extends Base implements Other {
  second(): number { return 1; }
}
export class Far extends away.Parent {}
export class Loop extends Loop { only() {} }
)ts";
  CHECK(classes_in(source) ==
        Lines{"Derived: second() -> float; first() -> str;", "Far:", "Loop: only() -> Any;"});
  const auto classes = find_javascript_classes(source);
  CHECK(classes[0].bases == std::vector<std::string>{"WorkerEntrypoint"});
  CHECK(classes[1].bases == std::vector<std::string>{"away.Parent"});
}

TEST_CASE("JavaScript: what a workflow is started with") {
  const auto classes = find_javascript_classes(R"ts(
export class One extends WorkflowEntrypoint<Env, string> {
  async run(event: Readonly<WorkflowEvent<number[]>>, step: WorkflowStep) {}
}
export class Two extends WorkflowEntrypoint<Env, Map<string, number> | string> { async run(event, step) {} }
export class Three extends WorkflowEntrypoint {
  /** @param {WorkflowEvent<string>} event */
  async run(event, step) {}
}
export class Four extends WorkflowEntrypoint<Env> { async run(event, step) {} other(event: WorkflowEvent<string>) {} }
export class Five extends One {}
)ts");
  REQUIRE(classes.size() == 5);
  CHECK(classes[0].payload == "ListLike[float]");
  CHECK(classes[1].payload == "Any");
  CHECK(classes[2].payload == "str");
  CHECK(classes[3].payload.empty());
  CHECK(classes[4].payload == "ListLike[float]"); // inherited
}

TEST_CASE("JavaScript: an object that comes last can be given as keywords") {
  RecordBook records;
  const auto classes = find_javascript_classes(R"ts(
export class A {
  one(name: string, options?: { loud?: boolean }) {}
  two(user: { id: string }) {}
  three(options: { loud?: boolean }) {}
  four(user: { id: string }, ...rest: string[]) {}
  five(user: { "a-b": string }) {}
  six(name: string) {}
}
)ts",
                                               {},
                                               &records);
  REQUIRE(classes.size() == 1);
  const auto& methods = classes[0].methods;
  REQUIRE(methods.size() == 6);
  CHECK(methods[0].parameters == "name: str, options: _optionsDict | JsObject | JsDict[Any] = ..., /");
  CHECK(methods[0].keywords == "name: str, /, **options: Unpack[_optionsDict]");
  CHECK(methods[1].keywords == "**options: Unpack[_userDict]");
  for (std::size_t index = 2; index < methods.size(); ++index) {
    CHECK(methods[index].keywords.empty());
  }
}

TEST_CASE("JavaScript: what stands on the class or the instance alone is not reached through a stub") {
  CHECK(classes_in(R"js(
export class A {
  static make() {}
  static async other(x) {}
  field = 1;
  arrow = async (x) => x;
  get size() { return 1; }
  set size(value) {}
  method() {}
}
export class B extends A {}
)js") == Lines{"A: method() -> Any;", "B: method() -> Any;"});
}

TEST_CASE("JavaScript: any text gives classes or none") {
  for (const auto* text : {"",
                           "export",
                           "export class",
                           "export class {",
                           "export class A { f(",
                           "export default 3;",
                           "def f(): pass",
                           "export class A { f(a, { b }, ...) {} }",
                           "\xff\xfe",
                           "export { A };"}) {
    CHECK(classes_in(text).size() <= 1);
  }
  std::string deep = "export class A { f(a: x";
  for (int count = 0; count < 200'000; ++count) {
    deep += "[]";
  }
  CHECK(classes_in(deep + ") {} }") == Lines{"A: f(a: Any, /) -> Any;"});
}

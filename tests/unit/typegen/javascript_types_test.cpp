#include <support/catch.hpp>
#include <typegen/javascript_types.hpp>

using namespace pyw::typegen;

TEST_CASE("the types of a Worker's own code, as they come and as they go in") {
  const auto both = [](std::string_view text) {
    return python_type(text, Way::out, {}) + " / " + python_type(text, Way::in, {});
  };
  CHECK(both("string | null") == "str | None / str | None");
  CHECK(both("number[]") == "list[float] / ListLike[float]");
  CHECK(both("readonly (string | number)[]") == "list[str | float] / ListLike[str | float]");
  CHECK(both("Promise<Date>") == "datetime / Any");
  CHECK(both("Uint8Array") == "memoryview / bytes | memoryview");
  CHECK(both("Record<string, boolean>") == "JsDict[bool] / Mapping[str, bool]");
  CHECK(both("{ name: string; at?: Date }") == "JsDict[Any] / Mapping[str, Any]");
  CHECK(both("Map<string, number>") == "dict[str, float] / Any");
  CHECK(both("Set<string>") == "set[str] / set[str]");
  CHECK(both("Response") == "workers.Response / workers.Response");
  CHECK(both("\"a\" | 'b'") == R"(Literal["a", "b"] / Literal["a", "b"])");
  CHECK(both("Unheard") == "Any / Any");
}

TEST_CASE("what is no data, or not understood, is Any") {
  for (const auto* text : {"{ run(): void }",
                           "(name: string) => void",
                           "`a-${string}`",
                           "\"a\\n\"",
                           "Record<number, string>",
                           "[string, number]",
                           "typeof x",
                           "",
                           "<",
                           "|"}) {
    CHECK(python_type(text, Way::out, {}) == "Any");
  }
}

TEST_CASE("names stand for what the Worker's files declare") {
  DeclaredTypes types;
  add_declared_types(R"ts(
type Kind =
  | "a"
  | "b";
export type Id = string | number;
export interface User { id: Id; name: string }
interface Counter { increment(): number }
interface Named extends User { more: string }
type Pair<T> = [T, T];
type Loop = Loop[];
)ts",
                     types);
  const auto out = [&](std::string_view text) { return python_type(text, Way::out, types); };
  CHECK(out("Kind") == R"(Literal["a", "b"])");
  CHECK(out("Promise<Id[]>") == "list[str | float]");
  CHECK(out("User | null") == "JsDict[Any] | None");
  CHECK(python_type("User", Way::in, types) == "Mapping[str, Any]");
  CHECK(out("Counter") == "Any");
  CHECK(out("Named") == "JsDict[Any]");
  CHECK(out("Pair<string>") == "Any");
  CHECK(out("Loop").starts_with("list[list["));
}

TEST_CASE("generic types are read with their arguments, and data that extends data is data") {
  DeclaredTypes types;
  add_declared_types(R"ts(
interface Base { id: string }
interface Page<T> extends Base, Omit2<T> { items: T[]; next?: string }
type Omit2<T> = Base & { more: T };
interface Service extends Base { run(): void }
interface Strange extends Unheard { id: string }
type Maybe<T, E = Error> = T | null;
type List<T extends string = "a" | "b"> = Maybe<T>[];
type Call = <T>(x: T) => T;
type Deep<T> = Deep<T[]> | T;
)ts",
                     types);
  const auto out = [&](std::string_view text) { return python_type(text, Way::out, types); };
  CHECK(out("Page<Base>") == "JsDict[Any]");
  CHECK(out("Promise<Page<string | number>>") == "JsDict[Any]");
  CHECK(out("Base & { more: string }") == "JsDict[Any]");
  CHECK(out("{ a: string }[]") == "list[JsDict[Any]]");
  CHECK(out("Service") == "Any");
  CHECK(out("Strange") == "Any");
  CHECK(out("Maybe<string>") == "str | None");
  CHECK(out("Maybe<Base, string>[]") == "list[JsDict[Any] | None]");
  CHECK(out("List") == R"(list[Literal["a", "b"] | None])");
  CHECK(out("List<'c'>") == R"(list[Literal["c"] | None])");
  CHECK(out("Call") == "Any");
  CHECK(out("Deep<string>") == "Any");
  CHECK(out("Base<") == "Any");
  std::string itself = "type Many = Many";
  for (int count = 0; count < 60; ++count) {
    itself += " | Many";
  }
  add_declared_types(itself, types);
  CHECK(out("Many") == "Any"); // and soon
}

TEST_CASE("objects that go in keep their keys: optional ones, inherited ones, those that utilities pick") {
  DeclaredTypes types;
  add_declared_types(R"ts(
interface Base { readonly id: string /* by which */
  tags?: string[] }
interface User extends Base { name: string | null; boss?: User; "last-seen": Date; call: (x: string) => void }
interface Page<T> { items: T[]; next?: T }
interface Service { run(): void }
interface Any { [key: string]: number; id: 1 }
interface Loop extends Loop { id: string }
type Patch = Partial<Omit<User, "boss" | "call">> & { id: string };
)ts",
                     types);
  RecordBook records("a-b");
  const auto in = [&](std::string_view text) {
    return python_type(text, Way::in, types, &records, "options");
  };
  const auto written = [&](std::string_view text) {
    const auto type = in(text);
    const auto* record = records.record(type.substr(0, type.find(" | ")));
    return record == nullptr ? type : write_record(*record);
  };
  CHECK(in("User") == "_a_b_UserDict | JsObject | JsDict[Any]");
  CHECK(in("User[] | null") == "ListLike[_a_b_UserDict | JsObject | JsDict[Any]] | None");
  CHECK(written("User") == R"(_a_b_UserDict = TypedDict("_a_b_UserDict", {
    "id": ReadOnly[str],
    "tags": NotRequired[ReadOnly[ListLike[str]]],
    "name": ReadOnly[str | None],
    "boss": NotRequired[ReadOnly[_a_b_UserDict | JsObject | JsDict[Any]]],
    "last-seen": ReadOnly[datetime],
    "call": ReadOnly[Any],
})
)");
  CHECK(written("Page<Base>") == R"(class _a_b_optionsDict(TypedDict):
    items: ReadOnly[ListLike[_a_b_BaseDict | JsObject | JsDict[Any]]]
    next: NotRequired[ReadOnly[_a_b_BaseDict | JsObject | JsDict[Any]]]
)");
  CHECK(written("{ loud?: boolean; deep: { a: 1 | 2 } }") == R"(class _a_b_optionsDict2(TypedDict):
    loud: NotRequired[ReadOnly[bool]]
    deep: ReadOnly[_a_b_options_deepDict | JsObject | JsDict[Any]]
)");
  CHECK(in("{ loud?: boolean; deep: { a: 1 | 2 } }") == "_a_b_optionsDict2 | JsObject | JsDict[Any]");
  CHECK(written("Pick<Base, 'id'>") == "class _a_b_optionsDict3(TypedDict):\n    id: ReadOnly[str]\n");
  CHECK(written("Patch").find("\"name\": NotRequired[") != std::string::npos);
  CHECK(written("Patch").find("\"id\": ReadOnly[str]") != std::string::npos);
  CHECK(written("Patch").find("boss") == std::string::npos);
  CHECK(in("keyof Base") == R"(Literal["id", "tags"])");
  CHECK(python_type("keyof Base", Way::out, types) == R"(Literal["id", "tags"])");
  CHECK(in("Record<string, Base>") == "Mapping[str, _a_b_BaseDict | JsObject | JsDict[Any]]");
  for (const auto* open : {"Any", "{ [key: string]: string }", "{}"}) {
    CHECK(in(open) == "Mapping[str, Any]");
  }
  for (const auto* none : {"Service", "Unheard", "Partial<Unheard>", "keyof Unheard", "{ run(): void }"}) {
    CHECK(in(none) == "Any");
  }
  CHECK_FALSE(in("Loop").empty());
}

TEST_CASE("objects that come keep their keys, as items and as attributes") {
  DeclaredTypes types;
  add_declared_types(R"ts(
interface User { name: string; list?: string[]; boss?: User; picture: Uint8Array; keys: number }
interface Named { "last-name": string; from: string }
interface Open { [key: string]: number }
)ts",
                     types);
  RecordBook records("a");
  const auto out = [&](std::string_view text) {
    return python_type(text, Way::out, types, &records, "find");
  };
  CHECK(out("Promise<User[] | null>") == "list[_a_UserResult] | None");
  CHECK(write_record(*records.record("_a_UserResult")) == R"(class _a_UserResult(JsObject):
    name: str
    boss: _a_UserResult | None
    picture: memoryview
    @overload  # type: ignore[override]
    def __getitem__(self, key: Literal["name"], /) -> str: ...
    @overload
    def __getitem__(self, key: Literal["list"], /) -> list[str] | None: ...
    @overload
    def __getitem__(self, key: Literal["boss"], /) -> _a_UserResult | None: ...
    @overload
    def __getitem__(self, key: Literal["picture"], /) -> memoryview: ...
    @overload
    def __getitem__(self, key: Literal["keys"], /) -> float: ...
    def __getattr__(self, name: str, /) -> Any: ...
)");
  CHECK(out("Named & {}") == "_a_findResult");
  CHECK(write_record(*records.record("_a_findResult")) == R"(class _a_findResult(JsObject):
    def __getitem__(self, key: Literal["last-name", "from"], /) -> str: ...  # type: ignore[override]
)");
  CHECK(out("Open") == "JsDict[Any]");
  CHECK(out("Record<string, User>") == "JsDict[_a_UserResult]");
  CHECK(python_type("User", Way::in, types, &records) == "_a_UserDict | JsObject | JsDict[Any]");
}

#include "support/catch.hpp"

#include <typegen/stubs.hpp>

using namespace pyw::typegen;

namespace {

std::string module(const RuntimeStubs& stubs, std::string_view name) {
  for (const auto& file : stubs.files) {
    if (file.path == "js-stubs/" + std::string(name) + ".pyi") {
      return file.content;
    }
  }
  return {};
}

std::string module_of(std::string_view declarations, std::string_view name, const StubOptions& options = {}) {
  return module(make_runtime_stubs({declarations}, options), name);
}

bool has(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

} // namespace

TEST_CASE("constructors are `new`; calling the class is an error") {
  const auto raw = module_of(
      "declare class A { constructor(x: string); get p(): number; q: string; static s(): A }", "_raw");
  has(raw, "class A(JsClass):\n    @classmethod\n    def new(cls, x: str, /) -> Self: ...\n");
  has(raw, "    @property\n    def p(self) -> int: ...\n");
  has(raw, "    q: str\n");
  has(raw, "    @classmethod\n    def s(cls) -> A: ...\n");
}

TEST_CASE("null is a value of its own where Pyodide has one") {
  constexpr std::string_view source = "declare class A { f(): string | null; g(): string | undefined }";
  has(module_of(source, "_raw"), "def f(self) -> str | JsNull: ...");
  has(module_of(source, "_raw"), "def g(self) -> str | None: ...");
  has(module_of(source, "_raw", {.null_is_none = true}), "def f(self) -> str | None: ...");
}

TEST_CASE("what has no type is Any") {
  const auto raw = module_of("declare class A { f(x, y?): void; p; constructor(o) }", "_raw");
  has(raw, "def f(self, x: Any, y: Any = ..., /) -> None: ...");
  has(raw, "    p: Any\n");
  has(raw, "def new(cls, o: Any, /) -> Self: ...");
}

TEST_CASE("options go in as a dict and as keywords") {
  const auto raw =
      module_of("interface O { a?: number } declare class A { f(x: string, o?: O): void }", "_raw");
  has(raw,
      "def f(self, x: str, o: _raw_options.O | None = ..., /, **kwargs: Unpack[_raw_options.O]) -> None: "
      "...");
  const auto required =
      module_of("interface O { a: number; b?: string } declare function f(o: O): void;", "_raw");
  has(required, "def f(o: _raw_options.O, /) -> None: ...");
  has(required, "def f(**kwargs: Unpack[_raw_options.O]) -> None: ...");
}

TEST_CASE("options of a generic class of `self.env` are generic too, and so is a workflow's event") {
  constexpr std::string_view source =
      "interface O<P> { id?: string; params?: P } interface Made { id: string } "
      "declare abstract class Workflow<P = unknown> { create(options?: O<P>): Promise<void>; "
      "many(all: O<P>[]): Promise<void>; one(options: O<string>): Promise<void> } "
      "declare namespace CloudflareWorkersModule { type WorkflowEvent<T> = { payload: Readonly<T>; id: "
      "string } }";
  const auto env = module_of(source, "_env");
  has(env,
      "async def create(self, options: _options.O[_P] | None = ..., /, **kwargs: Unpack[_options.O[_P]]) -> "
      "None: ...");
  has(env, "async def many(self, all: ListLike[_options.O[_P]], /) -> None: ...");
  has(env, "async def one(self, options: _options.O_str, /) -> None: ...");
  has(env, "class CloudflareWorkersModule_WorkflowEvent(JsObject, Generic[_T]):\n    payload: _T\n");
  const auto options = module_of(source, "_options");
  has(options, "class O(TypedDict, Generic[_P], total=False):\n    id: str\n    params: _P\n");
  has(options, "class O_str(TypedDict, total=False):\n    id: str\n    params: str\n");
}

TEST_CASE("the env view converts: None, datetime, memoryview, dict and list") {
  const auto env = module_of("interface Meta { size: number; at: Date; keys: string[] } "
                             "interface KVNamespace { get(k: string): Promise<ArrayBuffer | null>; "
                             "put(k: string, v: ArrayBuffer | string): Promise<void>; meta(): Promise<Meta>; "
                             "list(): Promise<KVNamespace[]> }",
                             "_env");
  has(env, "async def get(self, k: str, /) -> memoryview | None: ...");
  has(env, "async def put(self, k: str, v: bytes | memoryview | JsBuffer | str, /) -> None: ...");
  has(env, "class Meta(JsObject):\n    size: int\n    at: datetime\n");
  has(env, "def __getitem__(self, key: Literal[\"keys\"], /) -> list[str]: ...");
  CHECK(env.find("    keys: ") == std::string::npos); // hidden by dict.keys
}

TEST_CASE("a member that has the name of a type does not hide it") {
  const auto env =
      module_of("interface KVNamespace { list(): Promise<string[]>; more(): Promise<string[]> }", "_env");
  has(env, "async def more(self) -> builtins.list[str]: ...");
  has(env, "import builtins\n");
}

TEST_CASE("keys of an event map are spelled out") {
  const auto raw = module_of(
      "interface Ev {} interface Msg extends Ev { data: string } type Map = { open: Ev; message: Msg }; "
      "declare class T<M extends Record<string, Ev> = Record<string, Ev>> { "
      "on<K extends keyof M>(type: K, handler: (event: M[K]) => void): void } "
      "declare class W extends T<Map> { constructor() }",
      "_raw");
  has(raw, "def on(self, type: Literal[\"message\"], handler: Callable[[Msg], Any], /) -> None: ...");
}

TEST_CASE("what the proxies answer to follows from the members") {
  const auto raw =
      module_of("declare class H { constructor(); get(n: string): string | null; has(n: string): boolean; "
                "set(n: string, v: string): void; get size(): number; "
                "[Symbol.iterator](): IterableIterator<[key: string, value: string]>; "
                "[Symbol.asyncIterator](): AsyncIterableIterator<string> }",
                "_raw");
  has(raw, "def __iter__(self) -> Iterator[tuple[str, str]]: ...");
  has(raw, "def __aiter__(self) -> AsyncIterator[str]: ...");
  has(raw, "def __contains__(self, key: object, /) -> bool: ...");
  has(raw, "def __getitem__(self, key: str, /) -> str: ...");
  has(raw, "def __len__(self) -> int: ...");
}

TEST_CASE("generics keep their defaults; parameters that only compute keys are dropped") {
  const auto raw = module_of("declare class S<R = any> { constructor(); read(): Promise<R> }", "_raw");
  has(raw, "_R_co = TypeVar(\"_R_co\", default=Any, covariant=True)\nclass S(JsClass, Generic[_R_co]):");
  has(raw, "def read(self) -> Promise[_R_co]: ...");
}

TEST_CASE("every declared type can be imported by its name") {
  const auto stubs = make_runtime_stubs({"interface A { a: string } type B = \"x\" | \"y\"; declare abstract "
                                         "class C {} type D = A & { b: number }; "
                                         "type F = (a: A) => void; interface G<T> { t: T }"},
                                        {});
  CHECK(stubs.report.type_names == 6);
  CHECK(stubs.report.importable == 6);
  const auto globals =
      module(stubs, "_globals") + module(stubs, "_globals_bindings") + module(stubs, "_globals_ai");
  for (const auto* name : {"A as A", "B as B", "C as C", "D as D", "F as F", "G as G"}) {
    has(globals, name);
  }
}

TEST_CASE("what cannot be said is Any, and is reported") {
  const auto stubs =
      make_runtime_stubs({"declare class A { f<T>(x: T extends string ? infer U : never): Unheard }"}, {});
  CHECK(!(stubs.report.became_any.empty()));
}

TEST_CASE("a key that one kind of a record has not keeps its type") {
  const auto raw =
      module_of("declare class Reader { read(): Result }\n"
                "type Result = { done: false; value: string } | { done: true; value?: undefined };",
                "_raw");
  has(raw, "    done: bool\n    value: str\n");
}

TEST_CASE("what handlers are given can be named, with what comes out of it") {
  const auto stubs =
      make_runtime_stubs({"interface AlarmInvocationInfo { readonly retryCount: number }\n"
                          "declare namespace CloudflareWorkersModule { type WorkflowEvent<T> = { payload: T; "
                          "timestamp: Date } }\n"
                          "declare namespace Cloudflare { interface Env {} }\n"
                          "declare class Context { readonly env: Cloudflare.Env }\n"
                          "interface DurableObject { alarm(info?: AlarmInvocationInfo): void }\n"
                          "declare module 'cloudflare:workers' { export = CloudflareWorkersModule }"},
                         {});
  has(module(stubs, "_raw_of_env"),
      "class AlarmInvocationInfo(JsClass):\n    @property\n    def retryCount(self) -> int: ...\n");
  has(module(stubs, "_raw"), "def env(self) -> Any: ...");
  has(module(stubs, "_globals"), "\nWorkflowEvent = _env.CloudflareWorkersModule_WorkflowEvent\n");
}

TEST_CASE("types without end and names that collide still give stubs") {
  for (const auto* source : {"type T = T[] | { a: T }; declare const x: T;",
                             "interface A extends B {} interface B extends A {} declare const a: A;",
                             "type J = string | J[] | { [k: string]: J }; declare function f(j: J): J;",
                             "declare class None { def: string; class: string; constructor(from: string) }",
                             "declare var A: any; interface A { x: A }"}) {
    CHECK(!(make_runtime_stubs({source}, {}).files.empty()));
  }
}

TEST_CASE("switches of options that can be left out need not be given") {
  const auto raw =
      module_of("interface O { fatal: boolean; label?: string } declare class A { constructor(o?: O) } "
                "interface P { size: number } declare class B { constructor(o?: P) }",
                "_raw");
  has(raw,
      "def new(cls, o: _raw_options.A_o | None = ..., /, **kwargs: Unpack[_raw_options.A_o]) -> Self: ...");
  has(raw, "def new(cls, o: _raw_options.P | None = ..., /) -> Self: ...");
}

TEST_CASE("an object can stand for the options that its class is made with") {
  const auto raw = module_of(
      "interface AInit { x?: number } declare class A { constructor(o?: AInit); get x(): number }", "_raw");
  has(raw, "def new(cls, o: _raw_options.AInit | A | None = ..., /");
}

TEST_CASE("what narrows a lookup by name takes the keys of all that the name may lead to") {
  const std::string source =
      "interface I1 { prompt: string; stream?: boolean } interface I2 { prompt?: string; seed?: number }"
      "declare abstract class A1 { inputs: I1 } declare abstract class B1 { inputs: I2 }"
      "interface M { x: A1; y: B1 }"
      "declare function run<N extends keyof M>(m: N, inputs: M[N]['inputs'] & { stream: true }): number;";
  const auto options = module_of(source, "_raw_options");
  has(options, "    prompt: str\n");
  has(options, "    stream: Required[Literal[True]]\n");
  has(options, "    seed: float\n");
}

TEST_CASE("a guard on a type parameter is what it guards") {
  has(module_of("declare function f<T extends string>(a: T extends 'x' ? never : T): void;", "_raw"),
      "def f(a: str, /) -> None: ...");
}

TEST_CASE("types that branch in their own recursion end") {
  const auto stubs = make_runtime_stubs(
      {"type S<T> = T | Map<S<T[]>, S<T[][]>> | Set<S<Map<T, S<T>>>> | Promise<S<Set<T>>>; "
       "declare function f(a: S<string>): S<number>;"},
      {});
  has(module(stubs, "_raw"), "def f(");
}

TEST_CASE("JavaScript's modules are known by name, with what they export under the exported name") {
  const auto stubs = make_runtime_stubs({"interface M { to: string } declare module 'a:mail' { "
                                         "let _M: { new (to: string): M }; export { _M as M }; "
                                         "function _send(m: M): void; export { _send as send }; "
                                         "class Only { x: number } }"},
                                        {});
  const auto globals = module(stubs, "_globals");
  has(globals,
      "def import_from_javascript(module_name: Literal[\"a:mail\"]) -> type[_raw._module_a_mail]: ...");
  has(globals, "def import_from_javascript(module_name: str) -> Any: ...");
  has(globals, "\nOnly = _raw.a_mail_Only\n");
  const auto raw = module(stubs, "_raw");
  has(raw, "    def send(cls, m: ");
  has(raw, "def new(cls, to: str, /) -> M: ...");
  CHECK(raw.find("_send(") == std::string::npos);
}

TEST_CASE("what comes out later can go in earlier: the second run knows it") {
  const auto env = module_of("interface T { x: string } interface KVNamespace { put(t: T): Promise<void>; "
                             "get(): Promise<T>; }",
                             "_env");
  has(env, "async def put(self, t: _options.T | T, /) -> None: ...");
  CHECK(env.find("class T(") == env.rfind("class T("));
}

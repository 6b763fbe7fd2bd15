#include "support/catch.hpp"

#include <typegen/type_variables.hpp>

using namespace pyw::typegen;

namespace {

std::string declared(const std::string& text) {
  std::map<std::string_view, std::string> modules{{"_raw", text}};
  declare_type_variables(modules);
  return modules.at("_raw");
}

/// The declaration of T for a class with that member.
std::string variable_for(const std::string& member) {
  const auto text = declared("class A[T = Any](JsClass):\n    " + member + "\n");
  return text.substr(0, text.find('\n'));
}

const std::string given = "_T_co = TypeVar(\"_T_co\", default=Any, covariant=True)";
const std::string taken = "_T_contra = TypeVar(\"_T_contra\", default=Any, contravariant=True)";
const std::string both = "_T = TypeVar(\"_T\", default=Any)";

} // namespace

TEST_CASE("a class varies with a parameter as its members use it") {
  CHECK(variable_for("def f(self) -> T: ...") == given);
  CHECK(variable_for("def f(self) -> Promise[tuple[str, T] | None]: ...") == given);
  CHECK(variable_for("def f(self, x: int) -> None: ...") == given);
  CHECK(variable_for("def f(self, x: T | None = ..., /) -> None: ...") == taken);
  CHECK(variable_for("def f(self, x: Callable[[T], Any], /) -> None: ...") == given);
  CHECK(variable_for("def f(self, x: Callable[[int], T], /) -> None: ...") == taken);
  CHECK(variable_for("def f(self) -> list[T]: ...") == both);
  CHECK(variable_for("def f(self, x: T) -> T: ...") == both);
  CHECK(variable_for("x: T") == both);
  CHECK(variable_for("def f(self) -> A[T]: ...") == given);
  CHECK(variable_for("def f[M = list[T]](self, T: int) -> T: ...") == given);
}

TEST_CASE("how a class varies follows from the classes that it mentions") {
  const auto text = declared("class A[T](JsClass):\n    def f(self) -> _raw.B[T]: ...\n"
                             "class B[S](JsClass):\n    def f(self, s: S) -> None: ...\n");
  CHECK(text == "_T_contra = TypeVar(\"_T_contra\", contravariant=True)\n"
                "class A(JsClass, Generic[_T_contra]):\n    def f(self) -> _raw.B[_T_contra]: ...\n"
                "_S_contra = TypeVar(\"_S_contra\", contravariant=True)\n"
                "class B(JsClass, Generic[_S_contra]):\n    def f(self, s: _S_contra) -> None: ...\n");
}

TEST_CASE("variables are shared where they are the same, and told apart where they are not") {
  const auto text = declared("class A[T = int](JsClass):\n    x: T\nclass B[T = int](JsClass):\n    x: T\n"
                             "class C[T = str](JsClass):\n    x: T\n");
  CHECK(text == "_T = TypeVar(\"_T\", default=int)\nclass A(JsClass, Generic[_T]):\n    x: _T\n"
                "class B(JsClass, Generic[_T]):\n    x: _T\n"
                "_T_2 = TypeVar(\"_T_2\", default=str)\nclass C(JsClass, Generic[_T_2]):\n    x: _T_2\n");
}

TEST_CASE("protocols, documentation and names of members stay as they are") {
  const std::string protocol = "class P[T](Protocol):\n    def f(self) -> T: ...\n";
  CHECK(declared(protocol) == protocol);
  CHECK(
      declared("class A[T](JsClass):\n    \"\"\"T of\n    T.\"\"\"\n    def T(self, T: int) -> x.T | T: ...\n"
               "def f() -> T: ...\n") == "_T_co = TypeVar(\"_T_co\", covariant=True)\n"
                                         "class A(JsClass, Generic[_T_co]):\n    \"\"\"T of\n    T.\"\"\"\n"
                                         "    def T(self, T: int) -> x.T | _T_co: ...\ndef f() -> T: ...\n");
}

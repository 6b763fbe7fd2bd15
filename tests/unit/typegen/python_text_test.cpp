#include "support/catch.hpp"

#include <typegen/module_writer.hpp>
#include <typegen/python_text.hpp>

using namespace pyw::typegen;

TEST_CASE("names that Python reserves get an underscore") {
  CHECK(attribute_name("from") == "from_");
  CHECK(attribute_name("get") == "get");
  CHECK(to_identifier("a-b.c") == "a_b_c");
  CHECK(to_identifier("0") == "_0");
}

TEST_CASE("unions have no doubles, one Literal and None at the end") {
  PythonUnion both;
  both.add("None");
  both.add("Literal[\"a\"]");
  both.add("str | list[int | None]");
  both.add("Literal[\"b\"]");
  both.add("str");
  CHECK(both.text(PythonUnion::Any::absorbs) == "Literal[\"a\", \"b\"] | str | list[int | None] | None");

  PythonUnion flags;
  flags.add("Literal[True]");
  flags.add("Literal[False]");
  CHECK(flags.text(PythonUnion::Any::absorbs) == "bool");

  PythonUnion open;
  open.add("Any");
  open.add("str");
  open.add("None");
  CHECK(open.text(PythonUnion::Any::absorbs) == "Any");
  CHECK(open.text(PythonUnion::Any::keeps_none) == "Any | None");
  CHECK(PythonUnion().text(PythonUnion::Any::absorbs) == "Never");
}

TEST_CASE("a bar inside of a literal does not split it") {
  PythonUnion one;
  one.add("Literal[\"a | b\"]");
  one.add("int");
  CHECK(one.text(PythonUnion::Any::absorbs) == "Literal[\"a | b\"] | int");
}

TEST_CASE("comments become docstrings") {
  CHECK(docstring("/** One line. */", 4) == "    \"\"\"One line.\"\"\"\n");
  CHECK(docstring("/**\n   * First.\n   *\n   * Second \\ and \"\"\".\n   */", 2) ==
        "  \"\"\"First.\n\n  Second \\\\ and '''.\n  \"\"\"\n");
  CHECK(docstring("/** Ends in \"quotes\" */", 0) == "\"\"\"Ends in \"quotes\" \"\"\"\n");
  CHECK(docstring("/** */", 4).empty());
  CHECK(docstring("", 4).empty());
}

TEST_CASE("strings are quoted for Python") {
  CHECK(quote("a\"\\\n\x01") == "\"a\\\"\\\\\\n\\x01\"");
}

TEST_CASE("a module imports what it uses, and nothing else") {
  const auto text = write_module(
      "_raw",
      "class A(JsClass):\n    \"\"\"Any in words.\"\"\"\n    def f(self) -> Literal[\"Never\"]: ...\n",
      {"JsClass", "ListLike"});
  CHECK(text ==
        "from typing import Literal\nfrom ._prelude import JsClass\n\n"
        "class A(JsClass):\n    \"\"\"Any in words.\"\"\"\n    def f(self) -> Literal[\"Never\"]: ...\n");
}

TEST_CASE("words are those of the code, not of its strings and comments") {
  const auto words = [](std::string_view python, std::string_view stops = {}) {
    std::string text;
    std::size_t index = 0;
    for (auto word = next_word(python, index, stops); !word.empty(); word = next_word(python, index, stops)) {
      text += std::string(word) + ";";
    }
    return text;
  };
  CHECK(words("a.b(c1) # d\n'e' \"f\" \"\"\"g\nh\"\"\" _i") == "a;b;c1;_i;");
  CHECK(words("a, b\nc", "\n") == "a;b;");
  CHECK(words("'never ended") == "");
}

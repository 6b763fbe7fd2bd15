#include "support/catch.hpp"

#include <typegen/names_of_js.hpp>

using namespace pyw::typegen;

namespace {

using Names = std::set<std::string, std::less<>>;

Names named_in(std::string_view python) {
  Names names;
  add_names_of_js(python, names);
  return names;
}

} // namespace

TEST_CASE("what code takes from js is what it imports and what it names") {
  CHECK(named_in("from js import A, B as C\nfrom js import (\n    D,  # not E\n    F as G,\n)\nH = 1\n") ==
        Names{"A", "B", "D", "F"});
  CHECK(named_in("import js\nx = js.A.new(js . B)\ny: 'js.C' = \"js.D\"\n# js.E\n") == Names{"A"});
  CHECK(named_in("from json import loads\nfrom other import js\nfoo.js.K\n").contains("loads") == false);
  CHECK(named_in("from js import A; from b import C\n") == Names{"A"});
}

TEST_CASE("text that is no Python is read to its end") {
  CHECK(named_in("from js import (").empty());
  CHECK(named_in("js.").empty());
  CHECK(named_in("from js import A, \"").contains("A"));
}

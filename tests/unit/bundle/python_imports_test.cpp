#include <bundle/python_imports.hpp>
#include <support/catch.hpp>

using namespace pyw::bundle;

namespace {

std::vector<std::string> packages(std::string_view source) {
  std::vector<std::string> out;
  for (const auto& item : top_level_imports(source)) {
    out.push_back(item.package);
  }
  return out;
}

} // namespace

TEST_CASE("imports of the top level are found, others are not") {
  CHECK(packages("import a, b.c as d\nfrom e.f import (\n  g,\n  h)\n") ==
        std::vector<std::string>{"a", "b", "e"});
  CHECK(packages("from . import x\nfrom .y import z\n").empty());
  CHECK(packages("try:\n    import fast\nexcept ImportError:\n    fast = None\n").empty());
  CHECK(packages("def f():\n    import late\n").empty());
  CHECK(packages("'''\nimport inside\n'''\nimport outside # import no\n") ==
        std::vector<std::string>{"outside"});
  CHECK(packages("x = (\n\"\nimport broken\n)\nimport y; z = 1\n") == std::vector<std::string>{"y"});
  CHECK(packages("s = 'it\\'s'\nimport after\n") == std::vector<std::string>{"after"});
  CHECK(packages("importlib = 1\nfromage = 2\n").empty());
}

TEST_CASE("an import knows its place") {
  const auto found = top_level_imports("\nimport a, bb\n");
  REQUIRE(found.size() == 2);
  CHECK(found[1].line == 2);
  CHECK(found[1].column == 11);
  CHECK(found[1].line_text == "import a, bb");
}

TEST_CASE("the standard library of the Pythons that run Workers") {
  CHECK(is_standard_library("json"));
  CHECK(is_standard_library("tomllib"));
  CHECK(is_standard_library("annotationlib"));
  CHECK_FALSE(is_standard_library("requests"));
}

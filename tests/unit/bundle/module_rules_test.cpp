#include <bundle/module_rules.hpp>
#include <support/catch.hpp>

using namespace pyw::bundle;

TEST_CASE("the default rules") {
  const ModuleRules rules({});
  CHECK(rules.kind_of("pkg/a.py") == ModuleKind::python);
  CHECK(rules.kind_of(".env.txt") == ModuleKind::text);
  CHECK(rules.kind_of("q.sql") == ModuleKind::text);
  CHECK(rules.kind_of("page.html") == ModuleKind::text);
  CHECK(rules.kind_of("raw.bin") == ModuleKind::data);
  CHECK(rules.kind_of("x/tiny.wasm") == ModuleKind::compiled_wasm);
  for (const auto* none : {"a.json", "a.csv", "a.md", "a.pyi", "a.pyc", "a.js", "a.so"}) {
    CHECK_FALSE(rules.kind_of(none));
  }
  CHECK(rules.warnings().empty());
}

TEST_CASE("a user's rule of a kind replaces the default, unless it falls through") {
  SECTION("replaces, and says so") {
    const ModuleRules rules({{ModuleKind::text, {"**/*.md"}}});
    CHECK(rules.kind_of("a.md") == ModuleKind::text);
    CHECK_FALSE(rules.kind_of("a.txt"));
    REQUIRE(rules.warnings().size() == 1);
    CHECK(rules.warnings()[0].find("Text [**/*.txt, **/*.html, **/*.sql]") != std::string::npos);
  }
  SECTION("replaces silently when told to") {
    const ModuleRules rules({{ModuleKind::text, {"**/*.md"}, false}});
    CHECK_FALSE(rules.kind_of("a.txt"));
    CHECK(rules.warnings().empty());
  }
  SECTION("falls through") {
    const ModuleRules rules({{ModuleKind::text, {"**/*.md"}, true}});
    CHECK(rules.kind_of("a.md") == ModuleKind::text);
    CHECK(rules.kind_of("a.txt") == ModuleKind::text);
    CHECK(rules.warnings().empty());
  }
  SECTION("a Python rule leaves no default Python rule") {
    const ModuleRules rules({{ModuleKind::python, {"app/*.py"}}});
    CHECK(rules.kind_of("app/a.py") == ModuleKind::python);
    CHECK_FALSE(rules.kind_of("b.py"));
    CHECK(rules.warnings().empty());
  }
  SECTION("the first rule that matches decides") {
    const ModuleRules rules({{ModuleKind::data, {"**/*.py"}, true}});
    CHECK(rules.kind_of("a.py") == ModuleKind::data);
    CHECK(rules.kind_of("a.bin") == ModuleKind::data);
  }
}

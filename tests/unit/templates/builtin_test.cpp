#include "support/catch.hpp"

#include <templates/builtin.hpp>
#include <templates/project_name.hpp>

#include <set>

using namespace pyw;
using namespace pyw::templates;

TEST_CASE("hello comes first, and every template says what it is") {
  const auto all = builtin_templates();
  REQUIRE(all.size() >= 2);
  CHECK(all.front().name == "hello");
  std::set<std::string> names;
  for (const auto& entry : all) {
    INFO(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK_FALSE(entry.description.empty());
    CHECK(entry.description.size() <= 60); // one line of the picker
  }
  CHECK(names.contains("fastapi"));
}

TEST_CASE("every template is a complete project") {
  for (const auto& entry : builtin_templates()) {
    INFO(entry.name);
    auto tree = builtin_template(entry.name);
    REQUIRE(tree);
    CHECK(check_tree(*tree));
    for (const auto* path : {"README.md", ".gitignore", "pyproject.toml", "wrangler.jsonc", "src/entry.py"}) {
      INFO(path);
      CHECK(tree->find(path) != nullptr);
    }
    set_project_name(*tree, "renamed-one");
    CHECK(pyproject_text(tree->find("pyproject.toml")->content, "name") == "renamed-one");
    CHECK(tree->find("wrangler.jsonc")->content.find("\"name\": \"renamed-one\"") != std::string::npos);
  }
}

TEST_CASE("an unknown template: did you mean") {
  const auto tree = builtin_template("fastpi");
  REQUIRE_FALSE(tree);
  CHECK(tree.error().message() == "there is no template `fastpi`");
  CHECK(tree.error().diagnostics.front().hints.front() == "did you mean `fastapi`?");
}

#include "support/catch.hpp"

#include <templates/project_name.hpp>

using namespace pyw::templates;

TEST_CASE("names of Workers") {
  for (const auto* good : {"a", "my-app", "my_app2", "0x"}) {
    INFO(good);
    CHECK(is_valid_name(good));
  }
  for (const auto* bad : {"", "My", "a b", "-a", "a-", "_a", "a.b", "ä"}) {
    INFO(bad);
    CHECK_FALSE(is_valid_name(bad));
  }
  CHECK(is_valid_name(std::string(63, 'a')));
  CHECK_FALSE(is_valid_name(std::string(64, 'a')));
}

TEST_CASE("a folder's name becomes a Worker's") {
  CHECK(valid_name_from("My App!") == "my-app");
  CHECK(valid_name_from("__init__") == "init");
  CHECK(valid_name_from("...") == "my-worker");
  CHECK(valid_name_from("") == "my-worker");
  CHECK(valid_name_from("a.b..c") == "a-b-c");
  for (const auto* text : {"My App!", "ÄÖ", "--x--", "a_", "x/y"}) {
    CHECK(is_valid_name(valid_name_from(text)));
  }
}

TEST_CASE("the name in pyproject.toml is that of [project]") {
  CHECK(
      with_pyproject_name("[tool.x]\nname = \"no\"\n[project] # it\nversion = \"1\"\n  name='old' # "
                          "keep\n[a]\nname = \"no\"\n",
                          "new") ==
      "[tool.x]\nname = \"no\"\n[project] # it\nversion = \"1\"\n  name='new' # keep\n[a]\nname = \"no\"\n");
  CHECK_FALSE(with_pyproject_name("[tool.x]\nname = \"a\"\n", "new"));
  CHECK_FALSE(with_pyproject_name("[project]\nnamespace = \"a\"\n", "new"));
}

TEST_CASE("the name in wrangler.toml stands before the first table") {
  CHECK(with_wrangler_toml_name("main = \"a\"\nname = \"old\"\n[[x]]\nname = \"no\"\n", "new") ==
        "main = \"a\"\nname = \"new\"\n[[x]]\nname = \"no\"\n");
  CHECK(with_wrangler_toml_name("[[x]]\nname = \"no\"\n", "new") == "name = \"new\"\n[[x]]\nname = \"no\"\n");
}

TEST_CASE("the name in wrangler.jsonc is the outermost") {
  CHECK(with_wrangler_json_name(
            "// \"name\": \"no\"\n{\n  \"a\": {\"name\": \"no\"}, /* { */\n  \"name\" : \"old\",\n}\n",
            "new") ==
        "// \"name\": \"no\"\n{\n  \"a\": {\"name\": \"no\"}, /* { */\n  \"name\" : \"new\",\n}\n");
  CHECK(with_wrangler_json_name("{\"x\": \"name\", \"y\": [{\"name\": \"no\"}]}", "new") ==
        "{\n  \"name\": \"new\",\"x\": \"name\", \"y\": [{\"name\": \"no\"}]}");
  CHECK(with_wrangler_json_name("{}", "new") == "{\n  \"name\": \"new\"}");
  CHECK(with_wrangler_json_name("{\"q\": \"a\\\"b{\", \"name\": \"old\"}", "new") ==
        "{\"q\": \"a\\\"b{\", \"name\": \"new\"}");
  CHECK_FALSE(with_wrangler_json_name("[]", "new"));
  CHECK_FALSE(with_wrangler_json_name("", "new"));
}

TEST_CASE("broken files do no harm") {
  for (const auto* text : {"{",
                           "{\"name",
                           "{\"name\"",
                           "{\"name\":",
                           "{\"name\": \"",
                           "{\"name\": 3}",
                           "[project",
                           "name =",
                           "name = \""}) {
    INFO(text);
    (void)with_wrangler_json_name(text, "new");
    (void)with_wrangler_toml_name(text, "new");
    CHECK_FALSE(with_pyproject_name(text, "new"));
  }
}

#include <config/json_schema.hpp>
#include <config/schema.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

#include <set>

namespace pyw::config {

TEST_CASE("every top-level key is named once and explained") {
  std::set<std::string_view> names;
  for (const auto& key : top_level_keys()) {
    INFO(key.name);
    CHECK(names.insert(key.name).second);
    CHECK(!key.doc.empty());
    CHECK(key.shape != nullptr);
    CHECK(find_top_level_key(key.name) == &key);
  }
  CHECK(find_top_level_key("nonsense") == nullptr);
}

TEST_CASE("the JSON Schema has the table's types") {
  const auto schema = json_schema();
  const auto& definitions = schema.at("definitions");
  CHECK(definitions.at("compatibility_date").at("type") == "string");
  CHECK(definitions.at("kv_namespaces").at("items").at("required") == std::vector<std::string>{"binding"});
  CHECK(definitions.at("kv_namespaces").at("items").at("additionalProperties") == false);
  CHECK(definitions.at("dev").at("properties").at("port").at("maximum") == 65535);
  CHECK(definitions.at("dev").at("properties").at("local_protocol").at("enum") ==
        std::vector<std::string>{"http", "https"});
  CHECK(definitions.at("routes").at("items").at("anyOf").size() == 2);
  CHECK(definitions.at("vars").at("additionalProperties") == nlohmann::ordered_json::object());
}

TEST_CASE("environments take every key but those of the top level alone") {
  const auto schema = json_schema();
  const auto& environment = schema.at("definitions").at("environment").at("properties");
  for (const auto& key : top_level_keys()) {
    INFO(key.name);
    const std::string name(key.name);
    CHECK(environment.contains(name) == (key.inheritance != Inheritance::top_level_only));
    CHECK(schema.at("properties").contains(name));
  }
  CHECK(!environment.contains("env"));
}

} // namespace pyw::config

#include <config/json_schema.hpp>
#include <config/schema.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::config {

namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const Shape& shape);

Json text_schema(const Shape& shape) {
  Json schema{{"type", "string"}};
  if (!shape.choices.empty()) {
    schema["enum"] = Json(std::vector<std::string>(shape.choices.begin(), shape.choices.end()));
  }
  if (!shape.pattern.empty()) {
    schema["pattern"] = std::string(shape.pattern);
  }
  return schema;
}

Json number_schema(const Shape& shape) {
  Json schema{{"type", shape.type == Shape::Type::integer ? "integer" : "number"}, {"minimum", shape.least}};
  if (shape.most) {
    schema["maximum"] = *shape.most;
  }
  return schema;
}

Json table_schema(const Shape& shape) {
  Json schema{{"type", "object"}};
  auto properties = Json::object();
  auto required = Json::array();
  for (const auto& key : shape.keys) {
    auto property = schema_of(*key.shape);
    property["description"] = std::string(key.doc);
    properties[std::string(key.name)] = std::move(property);
    if (key.presence == Presence::required) {
      required.push_back(std::string(key.name));
    }
  }
  if (!properties.empty()) {
    schema["properties"] = std::move(properties);
  }
  if (!required.empty()) {
    schema["required"] = std::move(required);
  }
  schema["additionalProperties"] = shape.open;
  return schema;
}

Json either_schema(const Shape& shape) {
  auto alternatives = Json::array();
  for (const auto* alternative : shape.alternatives) {
    alternatives.push_back(schema_of(*alternative));
  }
  return Json{{"anyOf", std::move(alternatives)}};
}

Json schema_of(const Shape& shape) {
  switch (shape.type) {
  case Shape::Type::anything:
    return Json::object();
  case Shape::Type::boolean:
    return Json{{"type", "boolean"}};
  case Shape::Type::number:
  case Shape::Type::integer:
    return number_schema(shape);
  case Shape::Type::text:
    return text_schema(shape);
  case Shape::Type::list:
    return Json{{"type", "array"}, {"items", schema_of(*shape.item)}};
  case Shape::Type::table:
    return table_schema(shape);
  case Shape::Type::map:
    return Json{{"type", "object"}, {"additionalProperties", schema_of(*shape.item)}};
  case Shape::Type::either:
    return either_schema(shape);
  }
  return Json::object();
}

/// Each top-level key is defined once; the top level and the environments refer to it.
Json reference_to(const Key& key) {
  // Draft 7 ignores what stands beside a $ref, hence allOf.
  return Json{{"description", std::string(key.doc)},
              {"allOf", Json::array({Json{{"$ref", fmt::format("#/definitions/{}", key.name)}}})}};
}

} // namespace

nlohmann::ordered_json json_schema() {
  auto definitions = Json::object();
  auto top = Json::object();
  auto environment = Json::object();
  for (const auto& key : top_level_keys()) {
    const std::string name(key.name);
    if (name == "env") {
      top[name] = Json{{"description", std::string(key.doc)},
                       {"type", "object"},
                       {"additionalProperties", Json{{"$ref", "#/definitions/environment"}}}};
      continue;
    }
    definitions[name] = schema_of(*key.shape);
    top[name] = reference_to(key);
    if (key.inheritance != Inheritance::top_level_only) {
      environment[name] = reference_to(key);
    }
  }
  definitions["environment"] =
      Json{{"type", "object"}, {"properties", std::move(environment)}, {"additionalProperties", false}};
  return Json{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "Configuration of a Python Worker (wrangler.toml, wrangler.json, wrangler.jsonc)"},
              {"type", "object"},
              {"properties", std::move(top)},
              {"additionalProperties", false},
              {"definitions", std::move(definitions)},
              {"allowTrailingCommas", true}};
}

} // namespace pyw::config

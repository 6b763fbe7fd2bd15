#include <base/text.hpp>
#include <edge/openapi.hpp>
#include <edge/router.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>

namespace pyw::edge {

namespace {

struct Body {
  std::string_view operation; ///< OperationRow::name
  std::string_view schema;    ///< JSON Schema as OpenAPI 3.0 has it
};

constexpr std::string_view queue_settings_schema = R"({"type": "object", "properties": {
   "queue_name": {"type": "string"}, "settings": {"type": "object", "properties": {
      "delivery_delay": {"type": "integer", "minimum": 0, "maximum": 86400},
      "delivery_paused": {"type": "boolean"},
      "message_retention_period": {"type": "integer", "minimum": 60, "maximum": 1209600}}}}})";
constexpr std::string_view consumer_schema = R"({"type": "object", "required": ["type"], "properties": {
   "type": {"type": "string", "enum": ["worker", "http_pull"]}, "script_name": {"type": "string"},
   "dead_letter_queue": {"type": "string"}, "settings": {"type": "object", "properties": {
      "batch_size": {"type": "integer"}, "max_retries": {"type": "integer"}, "retry_delay": {"type": "integer"},
      "max_wait_time_ms": {"type": "integer"}, "max_concurrency": {"type": "integer", "nullable": true},
      "visibility_timeout_ms": {"type": "integer"}}}}})";

/// What the operations read of a JSON body; the rest of it is kept or ignored.
constexpr std::array bodies{
    Body{"set_subdomain", R"({"type": "object", "required": ["subdomain"],
                              "properties": {"subdomain": {"type": "string"}}})"},
    Body{"version_secrets", R"({"type": "object", "properties": {"env": {"type": "object",
       "additionalProperties": {"nullable": true, "type": "object",
                                "properties": {"type": {"type": "string"}, "text": {"type": "string"}}}}}})"},
    Body{"deploy", R"({"type": "object", "required": ["strategy", "versions"], "properties": {
       "strategy": {"type": "string", "enum": ["percentage"]},
       "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
       "versions": {"type": "array", "items": {"type": "object", "required": ["version_id", "percentage"],
          "properties": {"version_id": {"type": "string"}, "percentage": {"type": "number"}}}}}})"},
    Body{"set_secret", R"({"type": "object", "required": ["name", "text"], "properties": {
       "name": {"type": "string"}, "text": {"type": "string"}, "type": {"type": "string"}}})"},
    Body{"set_secrets",
         R"({"type": "object", "required": ["secrets"], "properties": {"secrets": {"type": "object",
       "additionalProperties": {"nullable": true, "type": "object", "properties": {
          "name": {"type": "string"}, "text": {"type": "string"}, "type": {"type": "string"}}}}}})"},
    Body{"set_script_settings", R"({"type": "object", "properties": {
       "tags": {"type": "array", "items": {"type": "string"}}, "logpush": {"type": "boolean"},
       "observability": {"type": "object"}, "tail_consumers": {"type": "array", "items": {"type": "object"}}}})"},
    Body{"set_script_subdomain", R"({"type": "object", "required": ["enabled"], "properties": {
       "enabled": {"type": "boolean"}, "previews_enabled": {"type": "boolean"}}})"},
    Body{"set_schedules", R"({"type": "array", "items": {"type": "object", "required": ["cron"],
                              "properties": {"cron": {"type": "string"}}}})"},
    Body{"set_routes",
         R"({"type": "array", "items": {"type": "object", "required": ["pattern"], "properties": {
       "pattern": {"type": "string"}, "zone_id": {"type": "string"}, "zone_name": {"type": "string"}}}})"},
    Body{"domain_changes", R"({"type": "array", "items": {"type": "object"}})"},
    Body{"set_domains", R"({"type": "object", "required": ["origins"], "properties": {
       "origins": {"type": "array", "items": {"type": "object", "required": ["hostname"],
                                              "properties": {"hostname": {"type": "string"}}}}}})"},
    Body{"create_tail", R"({"type": "object", "properties": {"filters": {"type": "array", "items": {
       "type": "object", "properties": {
          "sampling_rate": {"type": "number", "minimum": 0, "maximum": 1},
          "outcome": {"type": "array", "items": {"type": "string"}},
          "method": {"type": "array", "items": {"type": "string"}},
          "client_ip": {"type": "array", "items": {"type": "string"}},
          "header": {"type": "object", "required": ["key"],
                     "properties": {"key": {"type": "string"}, "query": {"type": "string"}}},
          "query": {"type": "string"}, "scriptVersion": {"type": "string"}}}}}})"},
    Body{"known_modules", R"({"type": "object", "required": ["digests"], "properties": {
       "digests": {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}}})"},
    Body{"set_workflow", R"({"type": "object", "required": ["script_name", "class_name"], "properties": {
       "script_name": {"type": "string"}, "class_name": {"type": "string"}}})"},
    Body{"create_instance",
         R"({"type": "object", "properties": {"instance_id": {"type": "string"}, "params": {}}})"},
    Body{"create_instances", R"({"type": "array", "items": {"type": "object",
       "properties": {"instance_id": {"type": "string"}, "params": {}}}})"},
    Body{"delete_instances", R"({"type": "object", "required": ["instances"],
       "properties": {"instances": {"type": "array", "items": {"type": "string"}}}})"},
    Body{"set_instance_status", R"({"type": "object", "required": ["status"], "properties": {
       "status": {"type": "string", "enum": ["pause", "resume", "terminate", "restart"]}}})"},
    Body{"create_queue", R"({"type": "object", "required": ["queue_name"], "properties": {
       "queue_name": {"type": "string"}, "settings": {"type": "object", "properties": {
          "delivery_delay": {"type": "integer", "minimum": 0, "maximum": 86400},
          "delivery_paused": {"type": "boolean"},
          "message_retention_period": {"type": "integer", "minimum": 60, "maximum": 1209600}}}}})"},
    Body{"change_queue", queue_settings_schema},
    Body{"replace_queue", queue_settings_schema},
    Body{"add_consumer", consumer_schema},
    Body{"change_consumer", consumer_schema},
    Body{"send_message", R"({"type": "object", "required": ["body"], "properties": {
       "body": {}, "content_type": {"type": "string", "enum": ["json", "text", "bytes"]},
       "delay_seconds": {"type": "integer", "minimum": 0, "maximum": 86400}}})"},
    Body{"send_messages", R"({"type": "object", "required": ["messages"], "properties": {
       "delay_seconds": {"type": "integer", "minimum": 0, "maximum": 86400},
       "messages": {"type": "array", "minItems": 1, "maxItems": 100,
          "items": {"type": "object", "required": ["body"], "properties": {
             "body": {}, "content_type": {"type": "string", "enum": ["json", "text", "bytes"]},
             "delay_seconds": {"type": "integer", "minimum": 0, "maximum": 86400}}}}}})"},
    Body{"pull_messages", R"({"type": "object", "properties": {
       "batch_size": {"type": "integer", "minimum": 1, "maximum": 100},
       "visibility_timeout_ms": {"type": "integer", "minimum": 0, "maximum": 43200000}}})"},
    Body{"settle_messages", R"({"type": "object", "properties": {
       "acks": {"type": "array", "items": {"type": "object", "required": ["lease_id"],
                                           "properties": {"lease_id": {"type": "string"}}}},
       "retries": {"type": "array", "items": {"type": "object", "required": ["lease_id"], "properties": {
          "lease_id": {"type": "string"}, "delay_seconds": {"type": "integer", "minimum": 0, "maximum": 86400}}}}}})"},
    Body{"purge_queue", R"({"type": "object", "required": ["delete_messages_permanently"], "properties": {
       "delete_messages_permanently": {"type": "boolean", "enum": [true]}}})"},
    Body{"assets_session", R"({"type": "object", "required": ["manifest"], "properties": {
       "manifest": {"type": "object", "additionalProperties": {"type": "object", "required": ["hash", "size"],
          "properties": {"hash": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                         "size": {"type": "integer", "minimum": 0}}}}}})"},
};

Json any_object() {
  return {{"type", "object"}};
}

/// What the request carries; null when it carries nothing.
Json body_of(const OperationRow& row) {
  if (row.name == "upload" || row.name == "upload_version") {
    const Json schema = {{"type", "object"},
                         {"required", {"metadata"}},
                         {"properties", {{"metadata", any_object()}}},
                         {"additionalProperties", {{"type", "string"}, {"format", "binary"}}}};
    return {{"required", true}, {"content", {{"multipart/form-data", {{"schema", schema}}}}}};
  }
  if (row.name == "upload_assets") {
    const Json schema = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    return {{"required", true}, {"content", {{"multipart/form-data", {{"schema", schema}}}}}};
  }
  if (row.name == "upload_snapshot") {
    // Any type is taken; the clients say application/zstd.
    const Json schema = {{"type", "string"}, {"format", "binary"}};
    return {{"required", true}, {"content", {{"application/octet-stream", {{"schema", schema}}}}}};
  }
  for (const auto& body : bodies) {
    if (body.operation == row.name) {
      const Json content = {{"application/json", {{"schema", Json::parse(body.schema)}}}};
      return {{"required", true}, {"content", content}};
    }
  }
  const bool may_carry = row.method == "POST" || row.method == "PUT" || row.method == "PATCH";
  if (!may_carry) {
    return nullptr;
  }
  const Json anything = {{"schema", Json::object()}};
  return {{"required", false}, {"content", {{"application/json", anything}}}};
}

Json schema_of_parameter(std::string_view name) {
  if (name == "account") {
    return {{"type", "string"}, {"pattern", "^[0-9a-f]{32}$"}};
  }
  if (name == "digest") {
    return {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
  }
  if (name == "script") {
    return {{"type", "string"}, {"pattern", "^[a-z0-9_][a-z0-9_-]{0,62}$"}};
  }
  return {{"type", "string"}, {"minLength", 1}};
}

/// "/a/:b" as "/a/{b}", and its parameters.
std::string openapi_path(std::string_view pattern, Json& parameters) {
  std::string path;
  for (const auto step : split(pattern.substr(1), '/')) {
    if (!step.starts_with(':')) {
      path += fmt::format("/{}", step);
      continue;
    }
    const auto name = step.substr(1);
    path += fmt::format("/{{{}}}", name);
    parameters.push_back(
        {{"name", name}, {"in", "path"}, {"required", true}, {"schema", schema_of_parameter(name)}});
  }
  return path;
}

Json operation_json(const OperationRow& row, const Json& parameters) {
  const Json answer = {
      {"description", "the envelope"},
      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Envelope"}}}}}}}};
  Json out = {{"operationId", fmt::format("{}_{}", to_lower(std::string(row.method)), row.name)},
              {"summary", row.name},
              {"parameters", parameters},
              {"responses", {{"200", answer}, {"default", answer}}}};
  if (row.name == "upload_snapshot") {
    out["parameters"].push_back(
        {{"name", "Content-Range"},
         {"in", "header"},
         {"required", true},
         {"schema", {{"type", "string"}, {"pattern", "^bytes [0-9]+-[0-9]+/[0-9]+$"}}}});
  }
  if (auto body = body_of(row); !body.is_null()) {
    out["requestBody"] = std::move(body);
  }
  return out;
}

std::string describe() {
  auto paths = Json::object();
  std::map<std::string, int> seen;
  for (const auto& row : operations()) {
    auto parameters = Json::array();
    const auto path = openapi_path(row.pattern, parameters);
    auto operation = operation_json(row, parameters);
    const std::string id = operation["operationId"];
    if (const auto again = seen[id]++; again > 0) { // one operation under several paths
      operation["operationId"] = fmt::format("{}_{}", id, again + 1);
    }
    paths[path][to_lower(std::string(row.method))] = std::move(operation);
  }
  const Json error = {{"type", "object"},
                      {"required", {"code", "message"}},
                      {"properties", {{"code", {{"type", "integer"}}}, {"message", {{"type", "string"}}}}}};
  const Json list = {{"type", "array"}, {"items", any_object()}};
  const Json envelope = {{"type", "object"},
                         {"required", {"success", "errors", "messages", "result"}},
                         {"properties",
                          {{"success", {{"type", "boolean"}}},
                           {"errors", {{"type", "array"}, {"items", error}}},
                           {"messages", list},
                           {"result", {{"nullable", true}}}}}};
  const Json out = {
      {"openapi", "3.0.3"},
      {"info",
       {{"title", "pyw edge"},
        {"version", PYW_VERSION},
        {"description",
         "The part of the platform's API v4 that deploys Workers, and docs/target-extensions.md."}}},
      {"servers", Json::array({{{"url", "/client/v4"}}})},
      {"security", Json::array({{{"token", Json::array()}}})},
      {"paths", paths},
      {"components",
       {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
        {"schemas", {{"Envelope", envelope}}}}}};
  return out.dump(1) + "\n";
}

} // namespace

const std::string& openapi_text() {
  static const std::string text = describe();
  return text;
}

} // namespace pyw::edge

#include <config/decode.hpp>

namespace pyw::config {

namespace {

const Value* find_kind(const Value& table, std::string_view key, Value::Kind kind) {
  const auto* value = table.find(key);
  return value != nullptr && value->is(kind) ? value : nullptr;
}

} // namespace

OptionalText text_of(const Value& table, std::string_view key) {
  const auto* value = find_kind(table, key, Value::Kind::string);
  return value == nullptr ? std::nullopt : OptionalText(value->text());
}

std::string text_or_empty(const Value& table, std::string_view key) {
  return text_of(table, key).value_or("");
}

std::optional<Located<std::string>> located_text(const Value& table, std::string_view key) {
  const auto* value = find_kind(table, key, Value::Kind::string);
  return value == nullptr ? std::nullopt : std::optional(Located<std::string>{value->text(), value->place});
}

OptionalNumber number_of(const Value& table, std::string_view key) {
  const auto* value = table.find(key);
  return value != nullptr && value->is_number() ? OptionalNumber(value->number()) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Value& table, std::string_view key) {
  const auto* value = find_kind(table, key, Value::Kind::integer);
  return value == nullptr ? std::nullopt : std::optional(value->integer());
}

std::optional<bool> boolean_of(const Value& table, std::string_view key) {
  const auto* value = find_kind(table, key, Value::Kind::boolean);
  return value == nullptr ? std::nullopt : std::optional(value->boolean());
}

std::vector<std::string> texts_of(const Value& table, std::string_view key) {
  std::vector<std::string> texts;
  if (const auto* value = find_kind(table, key, Value::Kind::array)) {
    for (const auto& item : value->items()) {
      if (item.is(Value::Kind::string)) {
        texts.push_back(item.text());
      }
    }
  }
  return texts;
}

std::vector<const Value*> tables_of(const Value& table, std::string_view key) {
  std::vector<const Value*> tables;
  if (const auto* value = find_kind(table, key, Value::Kind::array)) {
    for (const auto& item : value->items()) {
      if (item.is(Value::Kind::table)) {
        tables.push_back(&item);
      }
    }
  }
  return tables;
}

Place place_of(const Value& table, std::string_view key) {
  const auto* value = table.find(key);
  return value == nullptr ? table.place : value->place;
}

bool is_remote(const Value& table) {
  return boolean_of(table, "remote").value_or(false);
}

std::optional<Value> copy_of(const Value& table, std::string_view key) {
  const auto* value = table.find(key);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

namespace {

std::vector<Located<std::string>> located_texts(const Value* array) {
  std::vector<Located<std::string>> texts;
  if (array != nullptr) {
    for (const auto& item : array->items()) {
      if (item.is(Value::Kind::string)) {
        texts.push_back({item.text(), item.place});
      }
    }
  }
  return texts;
}

/// "" is what some generators write for "none".
std::optional<Located<std::string>> filled(std::optional<Located<std::string>> text) {
  return text && text->value.empty() ? std::nullopt : text;
}

Route decode_route(const Value& value) {
  if (value.is(Value::Kind::string)) {
    return {.pattern = value.text(), .place = value.place};
  }
  return {.pattern = text_or_empty(value, "pattern"),
          .zone_id = text_of(value, "zone_id"),
          .zone_name = text_of(value, "zone_name"),
          .custom_domain = boolean_of(value, "custom_domain").value_or(false),
          .enabled = boolean_of(value, "enabled"),
          .previews_enabled = boolean_of(value, "previews_enabled"),
          .place = value.place};
}

void decode_routes(Project& project) {
  if (const auto* routes = find_kind(project.resolved, "routes", Value::Kind::array)) {
    for (const auto& route : routes->items()) {
      project.routes.push_back(decode_route(route));
    }
  } else if (const auto* route = project.raw("route");
             route != nullptr && !(route->is(Value::Kind::string) && route->text().empty())) {
    project.routes.push_back(decode_route(*route));
  }
}

std::optional<std::uint16_t> port_of(const Value& table, std::string_view key) {
  const auto port = integer_of(table, key);
  return port && *port >= 0 && *port <= 65535 ? std::optional(static_cast<std::uint16_t>(*port))
                                              : std::nullopt;
}

void decode_dev(Project& project) {
  if (const auto* dev = project.raw("dev")) {
    project.dev = {.ip = text_of(*dev, "ip"),
                   .port = port_of(*dev, "port"),
                   .inspector_ip = text_of(*dev, "inspector_ip"),
                   .inspector_port = port_of(*dev, "inspector_port"),
                   .local_protocol = text_of(*dev, "local_protocol"),
                   .upstream_protocol = text_of(*dev, "upstream_protocol"),
                   .host = text_of(*dev, "host")};
  }
}

void decode_modules(Project& project) {
  for (const auto* rule : tables_of(project.resolved, "rules")) {
    project.rules.push_back({.type = text_or_empty(*rule, "type"),
                             .globs = texts_of(*rule, "globs"),
                             .fallthrough = boolean_of(*rule, "fallthrough").value_or(false),
                             .place = rule->place});
  }
  project.find_additional_modules = boolean_of(project.resolved, "find_additional_modules").value_or(true);
  project.no_bundle = boolean_of(project.resolved, "no_bundle");
  if (const auto* modules = project.raw("python_modules");
      modules != nullptr && modules->find("exclude") != nullptr) {
    project.python_modules_exclude = texts_of(*modules, "exclude");
  }
}

void decode_identity(Project& project) {
  if (auto name = filled(located_text(project.resolved, "name"))) {
    project.name = std::move(*name);
    project.name_is_configured = true;
  }
  project.main = filled(located_text(project.resolved, "main"));
  project.base_dir = filled(located_text(project.resolved, "base_dir"));
  project.account_id = filled(located_text(project.resolved, "account_id"));
  project.compatibility_date =
      located_text(project.resolved, "compatibility_date").value_or(Located<std::string>{});
  project.compatibility_flags =
      located_texts(find_kind(project.resolved, "compatibility_flags", Value::Kind::array));
  std::vector<std::string> flags;
  for (const auto& flag : project.compatibility_flags) {
    flags.push_back(flag.value);
  }
  project.python_version = python_version_for(project.compatibility_date.value, flags);
}

} // namespace

void decode_project(Project& project) {
  decode_identity(project);
  decode_modules(project);
  decode_bindings(project);
  decode_routes(project);
  decode_dev(project);
  if (const auto* secrets = project.raw("secrets"); secrets != nullptr && secrets->is(Value::Kind::table)) {
    project.required_secrets = located_texts(find_kind(*secrets, "required", Value::Kind::array));
  }
  if (const auto* triggers = project.raw("triggers")) {
    if (const auto* crons = find_kind(*triggers, "crons", Value::Kind::array)) {
      project.crons = located_texts(crons);
    }
  }
  project.workers_dev = boolean_of(project.resolved, "workers_dev");
  project.preview_urls = boolean_of(project.resolved, "preview_urls");
  project.keep_vars = boolean_of(project.resolved, "keep_vars");
  project.logpush = boolean_of(project.resolved, "logpush");
  project.send_metrics = boolean_of(project.resolved, "send_metrics");
}

} // namespace pyw::config

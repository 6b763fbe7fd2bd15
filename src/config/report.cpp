#include <config/report.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pyw::config {

namespace {

/// Passwords that wrangler's configuration may hold in the open.
constexpr std::array<std::string_view, 2> secret_keys{"localConnectionString", "secretAccessKey"};

Value without_passwords(const Value& value) {
  auto copy = value;
  for (auto& item : copy.items()) {
    item = without_passwords(item);
  }
  for (auto& entry : copy.entries()) {
    const bool is_secret = std::find(secret_keys.begin(), secret_keys.end(), entry.key) != secret_keys.end();
    entry.value = is_secret && entry.value.is(Value::Kind::string) ? Value(std::string(hidden))
                                                                   : without_passwords(entry.value);
  }
  return copy;
}

Value configuration_of(const Project& project) {
  auto configuration = without_passwords(project.resolved);
  if (const auto* vars = project.raw("vars");
      vars != nullptr) { // a variable may well be called secretAccessKey
    configuration.set("vars", *vars);
  }
  return configuration;
}

Value pyproject_of(const PythonProject& python) {
  auto table = Value::make_table();
  if (python.name) {
    table.set("name", Value(python.name->value));
  }
  if (python.requires_python) {
    table.set("requires_python", Value(python.requires_python->value));
  }
  auto dependencies = Value::make_array();
  for (const auto& dependency : python.dependencies) {
    dependencies.items().emplace_back(dependency.value);
  }
  table.set("dependencies", std::move(dependencies));
  return table;
}

} // namespace

Value report_of(const Project& project) {
  auto report = Value::make_table();
  report.set("config_file", Value(project.config_file.string()));
  report.set("root", Value(project.root.string()));
  report.set("environment", project.environment ? Value(*project.environment) : Value());
  auto environments = Value::make_array();
  for (const auto& name : project.environments) {
    environments.items().emplace_back(name);
  }
  report.set("environments", std::move(environments));
  report.set("name", Value(project.name.value));
  report.set("python_version", Value(std::string(to_text(project.python_version))));
  if (project.python) {
    report.set("pyproject", pyproject_of(*project.python));
  }
  report.set("configuration", configuration_of(project));
  auto secrets = Value::make_table();
  for (const auto& secret : project.secrets) {
    secrets.set(secret.name, Value(std::string(hidden)));
  }
  report.set("secrets", std::move(secrets));
  return report;
}

namespace {

bool is_bare_key(std::string_view key) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), fits);
}

} // namespace

std::string to_lines(const Value& value, const std::string& prefix) {
  std::string lines;
  if (value.is(Value::Kind::table) && (!value.entries().empty() || prefix.empty())) {
    for (const auto& entry : value.entries()) {
      const auto key = is_bare_key(entry.key) ? entry.key : to_json_text(Value(entry.key));
      lines += to_lines(entry.value, prefix.empty() ? key : prefix + "." + key);
    }
    return lines;
  }
  const auto is_structure = [](const Value& item) {
    return item.is(Value::Kind::table) || item.is(Value::Kind::array);
  };
  if (value.is(Value::Kind::array) && std::any_of(value.items().begin(), value.items().end(), is_structure)) {
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      lines += to_lines(value.items()[i], fmt::format("{}[{}]", prefix, i));
    }
    return lines;
  }
  return fmt::format("{} = {}\n", prefix, to_json_text(value));
}

namespace {

/// Takes the first step off a path: a key, a quoted key, or an index.
std::optional<std::string> take_step(std::string_view& path) {
  const bool indexed = path.starts_with('[');
  path.remove_prefix(indexed || path.starts_with('.') ? 1 : 0);
  std::string step;
  if (path.starts_with('"')) {
    const auto close = path.find('"', 1);
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    step = path.substr(1, close - 1);
    path.remove_prefix(close + 1);
    return step;
  }
  const auto end = std::min(path.find_first_of(indexed ? "]" : ".["), path.size());
  step = path.substr(0, end);
  path.remove_prefix(end);
  path.remove_prefix(indexed && path.starts_with(']') ? 1 : 0);
  return step.empty() ? std::nullopt : std::optional(step);
}

const Value* child_of(const Value& parent, const std::string& step) {
  if (!parent.is(Value::Kind::array)) {
    return parent.find(step);
  }
  std::size_t index = 0;
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool is_index = parsed.ec == std::errc() && parsed.ptr == step.data() + step.size();
  return is_index && index < parent.items().size() ? &parent.items()[index] : nullptr;
}

} // namespace

const Value* find_path(const Value& root, std::string_view path) {
  const auto* current = path.empty() ? nullptr : &root;
  while (current != nullptr && !path.empty()) {
    const auto step = take_step(path);
    current = step ? child_of(*current, *step) : nullptr;
  }
  return current;
}

} // namespace pyw::config

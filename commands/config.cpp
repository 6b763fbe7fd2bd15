#include <base/suggest.hpp>
#include <commands/config.hpp>
#include <commands/project_loading.hpp>
#include <config/json_schema.hpp>
#include <config/report.hpp>
#include <config/schema.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

using config::Value;

struct ConfigOptions {
  bool schema = false;
  std::string key;
};

/// Text on a terminal is for people: a string is shown without its quotes, a table as lines.
std::string as_text(const Value& value, const std::string& key) {
  if (value.is(Value::Kind::string) || value.is(Value::Kind::date_time)) {
    return value.text() + "\n";
  }
  const bool is_structure = value.is(Value::Kind::table) || value.is(Value::Kind::array);
  return is_structure ? to_lines(value, key) : to_json_text(value) + "\n";
}

std::string as_json(const Value& value) {
  return to_json(value).dump(2) + "\n";
}

/// The configuration itself first, so that `pyw config vars.STAGE` works; then what pyw derived from it.
const Value* find_key(const Value& report, const std::string& key) {
  const auto* found = config::find_path(*report.find("configuration"), key);
  return found != nullptr ? found : config::find_path(report, key);
}

Error unknown_key(const Value& report, const std::string& key) {
  std::vector<std::string> known;
  for (const auto* table : {report.find("configuration"), &report}) {
    for (const auto& entry : table->entries()) {
      known.push_back(entry.key);
    }
  }
  const auto first = key.substr(0, key.find_first_of(".["));
  if (config::find_top_level_key(first) != nullptr || config::find_path(report, first) != nullptr) {
    return user_error(fmt::format("`{}` is not configured", key), {"`pyw config` shows all that is"});
  }
  const auto near = nearest(first, known);
  return user_error(
      fmt::format("there is no key `{}`", key),
      {near ? fmt::format("did you mean `{}`?", *near) : "`pyw config` shows all that is configured"});
}

/// Configuration as it is in the file, then the rest; without the nesting that JSON has.
std::string whole_text(const Value& report) {
  auto head = Value::make_table();
  for (const auto& entry : report.entries()) {
    if (entry.key != "configuration" && entry.key != "secrets" && entry.key != "name") {
      head.set(entry.key, entry.value);
    }
  }
  auto text = to_lines(*report.find("configuration"));
  for (const auto& entry : report.find("secrets")->entries()) {
    text += fmt::format("secrets.{} = {}\n", entry.key, config::hidden);
  }
  return to_lines(head) + "\n" + text;
}

Result<int> run_config(const ConfigOptions& options, Context& context) {
  if (options.schema) {
    context.world.reporter.data(config::json_schema().dump(2) + "\n");
    return 0;
  }
  PYW_TRY_ASSIGN(const auto project,
                 load_project(context, config::Purpose::inspect, config::SecretFiles::load));
  const auto report = report_of(project);
  const bool json = context.options.format == OutputFormat::json;
  if (options.key.empty()) {
    context.world.reporter.data(json ? as_json(report) : whole_text(report));
    return 0;
  }
  const auto* value = find_key(report, options.key);
  if (value == nullptr) {
    return failure(unknown_key(report, options.key));
  }
  context.world.reporter.data(json ? as_json(*value) : as_text(*value, options.key));
  return 0;
}

} // namespace

CommandEntry config_command() {
  return {
      "config",
      "show the resolved configuration, or its schema",
      Group::project,
      {{"pyw config", "everything, environment applied"},
       {"pyw -e staging config vars.STAGE", "one value of an environment"},
       {"pyw config --json | jq .python_version", "for tools"},
       {"pyw config --schema > schema.json", "a JSON Schema, for editors"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<ConfigOptions>();
        app.add_option("key", options->key, "the key to show, like vars.STAGE or kv_namespaces[0].id");
        app.add_flag("--schema", options->schema, "print the JSON Schema of the configuration");
        return [options](Context& context) { return run_config(*options, context); };
      },
  };
}

} // namespace pyw::commands

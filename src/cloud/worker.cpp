#include <base/text.hpp>
#include <bundle/project_source.hpp>
#include <cloud/worker.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace pyw::cloud {

namespace {

constexpr int default_update_delay_s = 300;

Result<std::pair<std::string, std::string>> parse_variable(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return failure(usage_error(fmt::format("`--var {}` has no value", text), {"write NAME:value"}));
  }
  return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

/// "30s", "5m", "1h", "45": seconds.
std::optional<int> parse_seconds(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{}) {
    return std::nullopt;
  }
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  return unit.empty() || unit == "s" ? std::optional(value)
         : unit == "m"               ? std::optional(value * 60)
         : unit == "h"               ? std::optional(value * 3600)
                                     : std::nullopt;
}

Result<Json> code_update_strategy(const config::Project& project, const WorkerOptions& options) {
  std::string mode = "deferred";
  auto delay = Json(default_update_delay_s);
  if (options.code_update_mode) {
    const auto words = split_words(*options.code_update_mode);
    mode = words.empty() ? "" : std::string(words[0]);
    if (words.size() > 1) {
      const auto seconds = parse_seconds(words[1]);
      mode = seconds ? mode : "";
      delay = seconds.value_or(0);
    }
    if (mode != "immediate" && mode != "deferred") {
      return failure(
          usage_error(fmt::format("`{}` is no way to update Durable Objects", *options.code_update_mode),
                      {"write `immediate`, or `deferred` and the longest delay: "
                       "`--durable-objects-code-update-mode \"deferred 30s\"`"}));
    }
  } else if (const auto* objects = project.raw("durable_objects")) {
    if (const auto* strategy = objects->find("code_update_strategy")) {
      const auto json = config::to_json(*strategy);
      mode = json.value("mode", mode);
      delay = json.value("max_delay", delay);
    }
  }
  return mode == "immediate" ? Json{{"mode", "immediate"}} : Json{{"mode", mode}, {"max_delay", delay}};
}

std::vector<config::Route> routes_of(const config::Project& project, const WorkerOptions& options) {
  std::vector<config::Route> routes = project.routes;
  if (!options.routes.empty()) {
    routes.clear();
    for (const auto& pattern : options.routes) {
      config::Route route;
      route.pattern = pattern;
      routes.push_back(std::move(route));
    }
  }
  for (const auto& host : options.domains) {
    config::Route route;
    route.pattern = host;
    route.custom_domain = true;
    routes.push_back(std::move(route));
  }
  return routes;
}

void check_routes(const std::vector<config::Route>& routes,
                  const config::Project& project,
                  std::vector<Diagnostic>& problems) {
  for (const auto& route : routes) {
    if (!route.custom_domain) {
      continue;
    }
    const bool wild = route.pattern.find('*') != std::string::npos;
    if (wild || route.pattern.find('/') != std::string::npos) {
      problems.push_back(
          project.diagnose(Severity::error,
                           fmt::format("the custom domain `{}` must be a plain host name: {} not allowed",
                                       route.pattern,
                                       wild ? "`*` is" : "paths are"),
                           route.place,
                           {"a route without `custom_domain` may have both"}));
    }
  }
}

Path entry_of(const config::Project& project, const WorkerOptions& options, const Path& current_directory) {
  return options.script ? (current_directory / *options.script).lexically_normal() : project.main_file();
}

void check_python_flag(const config::Project& project, const Path& entry, std::vector<Diagnostic>& problems) {
  // Only the configuration counts, as the platform's own client has it: the runtime reads the flag from there
  // too.
  if (entry.extension() == ".py" && !project.has_flag("python_workers")) {
    problems.push_back(
        project.diagnose(Severity::error,
                         "a Python Worker needs the `python_workers` compatibility flag",
                         project.main ? project.main->place : config::Place{},
                         {"add compatibility_flags = [\"python_workers\"] to the wrangler file"}));
  }
}

Result<std::optional<AssetFolder>> assets_of(const config::Project& project,
                                             const WorkerOptions& options,
                                             const Path& current_directory,
                                             const ReadOnlyFileSystem& files) {
  Path directory;
  config::Place place;
  if (options.assets) {
    directory = (current_directory / *options.assets).lexically_normal();
  } else if (project.assets && project.assets->directory) {
    directory = (project.root / *project.assets->directory).lexically_normal();
    place = project.assets->place;
  } else {
    return std::nullopt;
  }
  if (!files.is_directory(directory)) {
    Error error;
    error.diagnostics.push_back(
        project.diagnose(Severity::error,
                         fmt::format("the assets folder `{}` does not exist", directory.string()),
                         place,
                         {"`assets.directory` is relative to the wrangler file"}));
    return failure(std::move(error));
  }
  return AssetFolder{directory};
}

} // namespace

bool Worker::wants_workers_dev() const {
  return project->workers_dev.value_or(routes.empty());
}

bool Worker::name_is_overridden() const {
  return name != project->name.value;
}

std::vector<config::Route> Worker::zone_routes() const {
  std::vector<config::Route> out;
  std::copy_if(
      routes.begin(), routes.end(), std::back_inserter(out), [](const auto& r) { return !r.custom_domain; });
  return out;
}

std::vector<config::Route> Worker::custom_domains() const {
  std::vector<config::Route> out;
  std::copy_if(
      routes.begin(), routes.end(), std::back_inserter(out), [](const auto& r) { return r.custom_domain; });
  return out;
}

Json Worker::section(std::string_view key) const {
  const auto* value = project->raw(key);
  return value == nullptr ? Json() : config::to_json(*value);
}

Result<Worker> resolve_worker(const config::Project& project,
                              const WorkerOptions& options,
                              Upload upload,
                              const Path& current_directory,
                              const ReadOnlyFileSystem& files) {
  Worker worker;
  Error problems;
  worker.project = &project;
  worker.upload = upload;
  const auto entry = entry_of(project, options, current_directory);
  check_python_flag(project, entry, problems.diagnostics);
  PYW_TRY_ASSIGN(worker.assets, assets_of(project, options, current_directory, files));
  if (entry.empty() && !worker.assets) {
    problems.diagnostics.push_back(
        project.diagnose(Severity::error,
                         "there is nothing to upload: no `main` and no `assets.directory`",
                         {},
                         {"name the entry file: main = \"src/entry.py\""}));
  }
  if (!options.name && !project.name_is_configured) {
    problems.diagnostics.push_back(
        project.diagnose(Severity::error,
                         "the Worker has no name",
                         {},
                         {"set `name` in the wrangler file, or pass `--name NAME`"}));
  }
  worker.name = options.name.value_or(project.name.value);
  worker.compatibility_date = options.compatibility_date.value_or(project.compatibility_date.value);
  if (worker.compatibility_date.empty()) {
    problems.diagnostics.push_back(project.diagnose(
        Severity::error,
        "a compatibility date is needed to upload a Worker",
        {},
        {"add compatibility_date = \"YYYY-MM-DD\" to the wrangler file, or pass `--compatibility-date`"}));
  }
  worker.compatibility_flags = options.compatibility_flags;
  if (worker.compatibility_flags.empty()) {
    for (const auto& flag : project.compatibility_flags) {
      worker.compatibility_flags.push_back(flag.value);
    }
  }
  worker.routes = routes_of(project, options);
  check_routes(worker.routes, project, problems.diagnostics);
  if (!problems.diagnostics.empty()) {
    return failure(std::move(problems));
  }
  for (const auto& text : options.variables) {
    PYW_TRY_ASSIGN(auto variable, parse_variable(text));
    worker.variables.push_back(std::move(variable));
  }
  worker.bindings = bindings_of(project, worker.variables);
  worker.keep_vars = options.keep_vars.value_or(false) || project.keep_vars.value_or(false);
  worker.logpush = options.logpush ? options.logpush : project.logpush;
  if (!options.schedules.empty()) {
    worker.crons = options.schedules;
  } else if (project.crons) {
    worker.crons.emplace();
    for (const auto& cron : *project.crons) {
      worker.crons->push_back(cron.value);
    }
  }
  PYW_TRY_ASSIGN(auto strategy, code_update_strategy(project, options));
  worker.code_update_strategy = std::make_shared<Json>(std::move(strategy));
  worker.message = options.message;
  worker.tag = options.tag;
  worker.preview_alias = options.preview_alias;
  worker.dispatch_namespace = options.dispatch_namespace;
  if (!entry.empty()) {
    PYW_TRY_ASSIGN(worker.manifest, bundle::collect(bundle::source_of(project, entry), files));
  }
  return worker;
}

std::vector<OwnedWorkflow> owned_workflows(const Worker& worker) {
  std::vector<OwnedWorkflow> out;
  const auto set = [&](OwnedWorkflow workflow) {
    const auto same = [&](const auto& item) { return item.name == workflow.name; };
    const auto found = std::find_if(out.begin(), out.end(), same);
    found == out.end() ? out.push_back(std::move(workflow)) : void(*found = std::move(workflow));
  };
  for (const auto& workflow : worker.project->workflows) {
    if (!workflow.script_name || *workflow.script_name == worker.name) {
      set({workflow.name, workflow.class_name, std::make_shared<Json>(config::to_json(workflow.raw))});
    }
  }
  for (const auto& item : worker.project->exports) {
    if (item.type == config::Export::Type::workflow) {
      set({item.workflow_name.value_or(item.class_name),
           item.class_name,
           std::make_shared<Json>(config::to_json(item.raw))});
    }
  }
  return out;
}

} // namespace pyw::cloud

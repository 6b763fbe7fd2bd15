#include <commands/data_support.hpp>
#include <commands/workflows.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string name;
  std::string parameters;
  std::optional<std::string> id;
  std::optional<int> per_page;
  int page = 1;
  DataPlace place;
};

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  cloud::Query query;
  if (options.per_page) {
    query.emplace_back("per_page", std::to_string(*options.per_page));
  }
  query.emplace_back("page", std::to_string(options.page));
  PYW_TRY_ASSIGN(const auto workflows,
                 data.cloud.api.require(cloud::get(data.base + "/workflows", std::move(query))));
  if (context.options.format == OutputFormat::json) {
    print_json(context, workflows);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : workflows) {
    rows.push_back({text_at(item, "name"),
                    text_at(item, "script_name"),
                    text_at(item, "class_name"),
                    text_at(item, "modified_on")});
  }
  print_table(context, {"workflow", "worker", "class", "changed"}, rows);
  return 0;
}

Result<int> show(const DataPlace& place,
                 const std::string& path,
                 const char* method,
                 const cloud::Json& body,
                 Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(context, place));
  auto call =
      body.is_null() ? cloud::get(data.base + path) : cloud::with_json(method, data.base + path, body);
  call.method = method;
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  print_json(context, answer);
  return 0;
}

Result<int> describe(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  const auto path = data.base + "/workflows/" + options.name;
  PYW_TRY_ASSIGN(auto workflow, data.cloud.api.require(cloud::get(path)));
  PYW_TRY_ASSIGN(const auto versions, data.cloud.api.require(cloud::get(path + "/versions")));
  if (workflow.is_object()) {
    workflow["latest_version"] = versions.is_array() && !versions.empty() ? versions.front() : cloud::Json();
  }
  print_json(context, workflow);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  if (!make_confirm(context,
                    true)(fmt::format("Delete the Workflow `{}` and its instances?", options.name))) {
    return failure(user_error("nothing was deleted"));
  }
  return show(options.place, "/workflows/" + options.name, "DELETE", {}, context);
}

Result<int> trigger(const Options& options, Context& context) {
  cloud::Json body = cloud::Json::object();
  if (options.id) {
    body["instance_id"] = *options.id;
  }
  if (!options.parameters.empty()) {
    body["params"] = cloud::Json::parse(options.parameters, nullptr, false);
    if (body["params"].is_discarded()) {
      return failure(usage_error("the parameters are not JSON"));
    }
  }
  return show(options.place, "/workflows/" + options.name + "/instances", "POST", body, context);
}

using Run = Result<int> (*)(const Options&, Context&);

std::function<Runner(CLI::App&)> named(Run run) {
  return [run](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    app.add_option("name", options->name, "the Workflow")->required();
    return [options, run](Context& context) { return run(*options, context); };
  };
}

Runner declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_place(app, options->place, DefaultPlace::remote);
  app.add_option("--page", options->page, "which page");
  app.add_option("--per-page", options->per_page, "how many on a page");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_trigger(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_place(app, options->place, DefaultPlace::remote);
  app.add_option("name", options->name, "the Workflow")->required();
  app.add_option("params", options->parameters, "its parameters, as JSON");
  app.add_option("--id", options->id, "the instance's id");
  return [options](Context& context) { return trigger(*options, context); };
}

} // namespace

Result<DataSession> open_workflows(Context& context, const DataPlace& place) {
  return open_data(context, place, DefaultPlace::remote, LocalNeeds::running_worker);
}

CommandEntry workflows_command() {
  return {
      "workflows",
      "Workflows and their instances",
      Group::data,
      {{"pyw workflows list", "all Workflows"},
       {"pyw workflows trigger orders '{\"id\": 1}'", "start an instance"},
       {"pyw workflows instances list orders --local", "those of `pyw dev`"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"list", "all Workflows", declare_list},
                                    {"describe", "one Workflow, as JSON", named(describe)},
                                    {"delete", "delete a Workflow", named(remove)},
                                    {"trigger", "start an instance", declare_trigger},
                                    {"instances",
                                     "list, describe, pause, resume, restart, terminate, delete",
                                     declare_workflow_instances}});
      },
  };
}

} // namespace pyw::commands

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
  std::string instance;
  std::string parameters;
  std::optional<std::string> id;
  std::optional<std::string> status;
  std::string event;
  std::string payload;
  int page = 1;
  DataPlace place;
};

Result<DataSession> open_workflows(const Options& options, Context& context) {
  return open_data(context, options.place, DefaultPlace::remote, LocalNeeds::running_worker);
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(options, context));
  PYW_TRY_ASSIGN(
      const auto workflows,
      data.cloud.api.require(cloud::get(data.base + "/workflows", {{"page", std::to_string(options.page)}})));
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

Result<int> show(const Options& options,
                 const std::string& path,
                 const char* method,
                 const cloud::Json& body,
                 Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(options, context));
  auto call =
      body.is_null() ? cloud::get(data.base + path) : cloud::with_json(method, data.base + path, body);
  call.method = method;
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  print_json(context, answer);
  return 0;
}

Result<int> describe(const Options& options, Context& context) {
  return show(options, "/workflows/" + options.name, "GET", {}, context);
}

Result<int> remove(const Options& options, Context& context) {
  if (!make_confirm(context,
                    true)(fmt::format("Delete the Workflow `{}` and its instances?", options.name))) {
    return failure(user_error("nothing was deleted"));
  }
  return show(options, "/workflows/" + options.name, "DELETE", {}, context);
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
  return show(options, "/workflows/" + options.name + "/instances", "POST", body, context);
}

Result<int> instances(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(options, context));
  cloud::Query query{{"per_page", "100"}, {"page", std::to_string(options.page)}};
  if (options.status) {
    query.emplace_back("status", *options.status);
  }
  PYW_TRY_ASSIGN(
      const auto all,
      data.cloud.api.require(cloud::get(data.base + "/workflows/" + options.name + "/instances", query)));
  print_json(context, all);
  return 0;
}

std::string instance_path(const Options& options) {
  return "/workflows/" + options.name + "/instances/" + options.instance;
}

Result<int> send_event(const Options& options, Context& context) {
  const auto payload = cloud::Json::parse(options.payload.empty() ? "{}" : options.payload, nullptr, false);
  if (payload.is_discarded()) {
    return failure(usage_error("`--payload` is not JSON"));
  }
  return show(options, instance_path(options) + "/events/" + options.event, "POST", payload, context);
}

using Run = std::function<Result<int>(const Options&, Context&)>;

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_place(app, options->place, DefaultPlace::remote);
  return options;
}

std::function<Runner(CLI::App&)> named(Run run) {
  return [run](CLI::App& app) -> Runner {
    auto options = common(app);
    app.add_option("name", options->name, "the Workflow")->required();
    app.add_option("--page", options->page, "which page");
    app.add_option("--status", options->status, "only instances in this state");
    return [options, run](Context& context) { return run(*options, context); };
  };
}

std::function<Runner(CLI::App&)> instance(Run run) {
  return [run](CLI::App& app) -> Runner {
    auto options = common(app);
    app.add_option("name", options->name, "the Workflow")->required();
    app.add_option("id", options->instance, "the instance")->required();
    return [options, run](Context& context) { return run(*options, context); };
  };
}

std::function<Runner(CLI::App&)> change_status(const char* status) {
  return instance([status](const Options& options, Context& context) {
    return show(options, instance_path(options) + "/status", "PATCH", {{"status", status}}, context);
  });
}

Runner declare_send_event(CLI::App& app) {
  auto options = common(app);
  app.add_option("name", options->name, "the Workflow")->required();
  app.add_option("id", options->instance, "the instance")->required();
  app.add_option("--type", options->event, "the event's type")->required();
  app.add_option("--payload", options->payload, "what goes with it, as JSON");
  return [options](Context& context) { return send_event(*options, context); };
}

Runner declare_trigger(CLI::App& app) {
  auto options = common(app);
  app.add_option("name", options->name, "the Workflow")->required();
  app.add_option("params", options->parameters, "its parameters, as JSON");
  app.add_option("--id", options->id, "the instance's id");
  return [options](Context& context) { return trigger(*options, context); };
}

Runner declare_instances(CLI::App& app) {
  return declare_subcommands(
      app,
      {{"list", "the instances, as JSON", named(instances)},
       {"describe", "one instance, as JSON", instance([](const Options& options, Context& context) {
          return show(options, instance_path(options), "GET", {}, context);
        })},
       {"terminate", "end an instance", change_status("terminate")},
       {"pause", "pause an instance", change_status("pause")},
       {"resume", "go on with an instance", change_status("resume")},
       {"restart", "start an instance again", change_status("restart")},
       {"send-event", "send an event that an instance waits for", declare_send_event}});
}

} // namespace

CommandEntry workflows_command() {
  return {
      "workflows",
      "Workflows and their instances",
      Group::data,
      {{"pyw workflows list", "all Workflows"},
       {"pyw workflows trigger orders '{\"id\": 1}'", "start an instance"},
       {"pyw workflows instances list orders --local", "those of `pyw dev`"}},
      [](CLI::App& app) {
        return declare_subcommands(
            app,
            {{"list",
              "all Workflows",
              [](CLI::App& sub) -> Runner {
                auto options = common(sub);
                sub.add_option("--page", options->page, "which page");
                return [options](Context& context) { return list(*options, context); };
              }},
             {"describe", "one Workflow, as JSON", named(describe)},
             {"delete", "delete a Workflow", named(remove)},
             {"trigger", "start an instance", declare_trigger},
             {"instances", "list, describe, pause, resume, restart, terminate", declare_instances}});
      },
  };
}

} // namespace pyw::commands

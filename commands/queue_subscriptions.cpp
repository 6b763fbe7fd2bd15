#include <base/text.hpp>
#include <cloud/queue_consumers.hpp>
#include <commands/queues.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string queue;
  std::string id;
  std::string source;
  std::optional<std::string> events;
  std::optional<std::string> name;
  std::optional<bool> enabled;
  std::array<std::optional<std::string>, 7> details; ///< of the source, in the order of `details` below
  int page = 1;
  int per_page = 20;
  bool force = false;
};

/// What a source must be told beside its type.
struct Detail {
  const char* source;
  const char* option;
  const char* key;
  const char* help;
};

constexpr std::array<Detail, 7> details{{
    {"workersAi.model", "--model-name", "model_name", "the model"},
    {"workersBuilds.worker", "--worker-name", "worker_name", "the Worker"},
    {"workflows.workflow", "--workflow-name", "workflow_name", "the Workflow"},
    {"email.sending", "--zone-id", "zone_id", "the zone"},
    {"email.sending", "--domain", "domain", "the domain that sends"},
    {"artifacts.repo", "--source-namespace", "namespace", "the namespace"},
    {"artifacts.repo", "--source-repo-name", "repo_name", "the repository"},
}};
const std::vector<std::string> sources{"artifacts",
                                       "artifacts.repo",
                                       "browserRun",
                                       "email.sending",
                                       "images",
                                       "kv",
                                       "r2",
                                       "superSlurper",
                                       "vectorize",
                                       "workersAi.model",
                                       "workersBuilds.worker",
                                       "workflows.workflow"};

std::string subscriptions_path(const DataSession& data) {
  return data.base + "/event_subscriptions/subscriptions";
}

Result<cloud::Json> source_of(const Options& options) {
  cloud::Json source = {{"type", options.source}};
  for (std::size_t i = 0; i < details.size(); ++i) {
    const auto& detail = details.at(i);
    if (options.source != detail.source) {
      continue;
    }
    if (!options.details.at(i)) {
      return failure(usage_error(fmt::format("the source `{}` needs `{}`", options.source, detail.option)));
    }
    source[detail.key] = *options.details.at(i);
  }
  return source;
}

Result<cloud::Json> events_of(const std::string& text) {
  auto events = cloud::Json::array();
  for (const auto event : split(text, ',')) {
    if (!trim(event).empty()) {
      events.push_back(std::string(trim(event)));
    }
  }
  if (events.empty()) {
    return failure(usage_error("`--events` names no event", {"write them with commas between"}));
  }
  return events;
}

Result<int> create(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto source, source_of(options));
  PYW_TRY_ASSIGN(const auto events, events_of(options.events.value_or("")));
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  const cloud::Json body = {
      {"name", options.name.value_or(options.queue + " " + options.source)},
      {"enabled", options.enabled.value_or(true)},
      {"source", source},
      {"destination", {{"type", "queues.queue"}, {"queue_id", text_at(queue, "queue_id")}}},
      {"events", events}};
  PYW_TRY_ASSIGN(const auto made,
                 data.cloud.api.require(cloud::with_json("POST", subscriptions_path(data), body)));
  context.world.reporter.message(
      fmt::format("Events of {} go into `{}`; the subscription's id:", options.source, options.queue));
  context.world.reporter.data(text_at(made, "id") + "\n");
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  PYW_TRY_ASSIGN(const auto found,
                 data.cloud.api.require(cloud::get(subscriptions_path(data),
                                                   {{"queue_id", text_at(queue, "queue_id")},
                                                    {"page", std::to_string(options.page)},
                                                    {"per_page", std::to_string(options.per_page)}})));
  print_json(context, found);
  return 0;
}

/// The subscription, which must be one of the queue's.
Result<cloud::Json> read_one(const Options& options, DataSession& data) {
  PYW_TRY_ASSIGN(auto found, data.cloud.api.require(cloud::get(subscriptions_path(data) + "/" + options.id)));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  const auto destination =
      found.is_object() ? found.value("destination", cloud::Json::object()) : cloud::Json();
  if (text_at(destination, "queue_id") != text_at(queue, "queue_id")) {
    return failure(user_error(
        fmt::format("the subscription {} belongs to another queue than `{}`", options.id, options.queue)));
  }
  return found;
}

Result<int> show(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto found, read_one(options, data));
  print_json(context, found);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto found, read_one(options, data));
  if (!options.force &&
      !make_confirm(context, true)(fmt::format("Delete the subscription `{}`?", text_at(found, "name")))) {
    return failure(user_error("nothing was deleted"));
  }
  auto call = cloud::get(subscriptions_path(data) + "/" + options.id);
  call.method = "DELETE";
  PYW_TRY(data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Deleted the subscription `{}`", text_at(found, "name")));
  return 0;
}

Result<int> update(const Options& options, Context& context) {
  auto body = cloud::Json::object();
  if (options.name) {
    body["name"] = *options.name;
  }
  if (options.events) {
    PYW_TRY_ASSIGN(body["events"], events_of(*options.events));
  }
  if (options.enabled) {
    body["enabled"] = *options.enabled;
  }
  if (body.empty()) {
    return failure(usage_error("nothing is to be changed", {"give `--name`, `--events` or `--enabled`"}));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY(read_one(options, data));
  PYW_TRY_ASSIGN(
      const auto changed,
      data.cloud.api.require(cloud::with_json("PATCH", subscriptions_path(data) + "/" + options.id, body)));
  if (context.options.format == OutputFormat::json) {
    print_json(context, changed);
  } else {
    context.world.reporter.message(fmt::format("Changed the subscription {}", options.id));
  }
  return 0;
}

std::shared_ptr<Options> about_queue(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("queue", options->queue, "the queue")->required();
  return options;
}

std::shared_ptr<Options> about_subscription(CLI::App& app) {
  auto options = about_queue(app);
  app.add_option("--id", options->id, "the subscription")->required();
  return options;
}

void declare_changes(CLI::App& app, const std::shared_ptr<Options>& options) {
  app.add_option("--events", options->events, "the events, with commas between");
  app.add_option("--name", options->name, "its name");
  app.add_flag_function(
      "--enabled,!--no-enabled",
      [options](std::int64_t count) { options->enabled = count > 0; },
      "whether events flow");
}

Runner declare_create(CLI::App& app) {
  auto options = about_queue(app);
  app.add_option("--source", options->source, "what the events are of")
      ->required()
      ->check(CLI::IsMember(sources));
  declare_changes(app, options);
  for (std::size_t i = 0; i < details.size(); ++i) {
    const auto& detail = details.at(i);
    app.add_option(
        detail.option, options->details.at(i), fmt::format("{}, of {}", detail.help, detail.source));
  }
  return [options](Context& context) { return create(*options, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = about_queue(app);
  app.add_option("--page", options->page, "which page");
  app.add_option("--per-page", options->per_page, "how many on a page");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_show(CLI::App& app) {
  auto options = about_subscription(app);
  return [options](Context& context) { return show(*options, context); };
}

Runner declare_remove(CLI::App& app) {
  auto options = about_subscription(app);
  app.add_flag("-y,--force", options->force, "ask nothing");
  return [options](Context& context) { return remove(*options, context); };
}

Runner declare_update(CLI::App& app) {
  auto options = about_subscription(app);
  declare_changes(app, options);
  return [options](Context& context) { return update(*options, context); };
}

} // namespace

Runner declare_queue_subscription(CLI::App& app) {
  return declare_subcommands(app,
                             {{"create", "let events flow into a queue", declare_create},
                              {"list", "a queue's subscriptions, as JSON", declare_list},
                              {"get", "one subscription, as JSON", declare_show},
                              {"update", "change one", declare_update},
                              {"delete", "end one", declare_remove}});
}

} // namespace pyw::commands

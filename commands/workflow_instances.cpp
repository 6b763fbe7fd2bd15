#include <cloud/timestamp.hpp>
#include <commands/workflows.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

constexpr std::size_t most_deleted_at_once = 100;
const std::vector<std::string> states{
    "complete", "errored", "paused", "queued", "running", "terminated", "waiting", "waitingForPause"};
const std::vector<std::string> unfinished_states{"queued", "running", "paused", "waitingForPause", "waiting"};

struct Options {
  std::string workflow;
  std::string instance = "latest";
  std::vector<std::string> instances;
  std::optional<std::string> filename;
  std::optional<std::string> status;
  std::optional<std::string> from_date;
  std::optional<std::string> to_date;
  std::optional<int> per_page;
  int page = 1;
  bool oldest_first = false;
  std::optional<std::string> step;
  std::optional<std::int64_t> step_count;
  std::optional<std::string> step_type;
  std::string event_type;
  std::string payload = "{}";
  bool rollback = false;
  DataPlace place;
};

std::string instances_path(const DataSession& data, const Options& options) {
  return data.base + "/workflows/" + options.workflow + "/instances";
}

void sort_by_creation(cloud::Json& instances, bool oldest_first) {
  std::stable_sort(instances.begin(), instances.end(), [&](const auto& a, const auto& b) {
    const auto first = text_at(a, "created_on");
    const auto second = text_at(b, "created_on");
    return oldest_first ? first < second : second < first;
  });
}

/// The instance that is meant: "latest" is looked up.
Result<std::string> instance_id(const std::string& name, DataSession& data, const Options& options) {
  if (name != "latest") {
    return name;
  }
  auto call = cloud::get(instances_path(data, options) + "/");
  call.retry = cloud::Retry::yes;
  PYW_TRY_ASSIGN(auto all, data.cloud.api.require(call));
  if (!all.is_array() || all.empty()) {
    return failure(user_error(fmt::format("the Workflow `{}` has no instances", options.workflow),
                              {fmt::format("`pyw workflows trigger {}` starts one", options.workflow)}));
  }
  sort_by_creation(all, false);
  return text_at(all.front(), "id");
}

Result<std::string> date_bound(const std::string& text, const char* option, bool end_of_day) {
  auto time = cloud::parse_timestamp(text);
  if (!time) {
    return failure(usage_error(fmt::format("`{}` of `{}` is no date", text, option),
                               {"write it like 2026-01-31 or 2026-01-31T13:00:00"}));
  }
  if (end_of_day && text.find('T') == std::string::npos) {
    *time += std::chrono::hours(24) - std::chrono::milliseconds(1);
  }
  return cloud::iso_timestamp(*time);
}

Result<cloud::Query> list_query(const Options& options) {
  cloud::Query query;
  if (options.status) {
    query.emplace_back("status", *options.status);
  }
  if (options.from_date) {
    PYW_TRY_ASSIGN(auto from, date_bound(*options.from_date, "--date-start", false));
    query.emplace_back("date_start", std::move(from));
  }
  if (options.to_date) {
    PYW_TRY_ASSIGN(auto to, date_bound(*options.to_date, "--date-end", true));
    if (options.from_date && query.back().second > to) {
      return failure(usage_error("`--date-start` lies behind `--date-end`"));
    }
    query.emplace_back("date_end", std::move(to));
  }
  if (options.per_page) {
    query.emplace_back("per_page", std::to_string(*options.per_page));
  }
  return query;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto query, list_query(options));
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  auto call = cloud::get(instances_path(data, options), std::move(query));
  call.retry = cloud::Retry::yes;
  PYW_TRY_ASSIGN(auto page, cloud::to_result(data.cloud.api.cursor_page(call, options.page)));
  sort_by_creation(page, options.oldest_first);
  print_json(context, page);
  return 0;
}

Result<int> describe(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  PYW_TRY_ASSIGN(const auto id, instance_id(options.instance, data, options));
  auto call = cloud::get(instances_path(data, options) + "/" + id);
  call.retry = cloud::Retry::yes;
  PYW_TRY_ASSIGN(const auto found, data.cloud.api.require(call));
  cloud::Json shown = {{"id", id}};
  shown.update(found.is_object() ? found : cloud::Json::object());
  print_json(context, shown);
  return 0;
}

/// Sends `body` to a place below the instance and prints the answer.
Result<int> change(const Options& options,
                   const char* method,
                   const std::string& below,
                   const cloud::Json& body,
                   Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  PYW_TRY_ASSIGN(const auto id, instance_id(options.instance, data, options));
  PYW_TRY_ASSIGN(const auto answer,
                 data.cloud.api.require(
                     cloud::with_json(method, instances_path(data, options) + "/" + id + below, body)));
  print_json(context, answer);
  return 0;
}

Result<int> terminate(const Options& options, Context& context) {
  cloud::Json body = {{"status", "terminate"}};
  if (options.rollback) {
    body["rollback"] = true;
  }
  return change(options, "PATCH", "/status", body, context);
}

Result<int> restart(const Options& options, Context& context) {
  cloud::Json body = {{"status", "restart"}};
  if (!options.step && (options.step_count || options.step_type)) {
    return failure(usage_error("which step is meant?", {"`--from-step-name` names it"}));
  }
  if (options.step) {
    body["from"] = {{"name", *options.step}};
    if (options.step_count) {
      body["from"]["count"] = *options.step_count;
    }
    if (options.step_type) {
      body["from"]["type"] = *options.step_type;
    }
  }
  return change(options, "PATCH", "/status", body, context);
}

Result<int> send_event(const Options& options, Context& context) {
  const auto payload = cloud::Json::parse(options.payload, nullptr, false);
  if (payload.is_discarded()) {
    return failure(usage_error("the payload is not JSON"));
  }
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  PYW_TRY_ASSIGN(const auto id, instance_id(options.instance, data, options));
  auto call = cloud::with_json(
      "POST", instances_path(data, options) + "/" + id + "/events/" + options.event_type, payload);
  call.body = options.payload; // as it was written: numbers keep their digits
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  print_json(context, answer);
  return 0;
}

Result<int> terminate_all(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  auto call = cloud::get(instances_path(data, options) + "/terminate");
  call.method = "PUT";
  if (options.status) {
    call.query.emplace_back("status", *options.status);
  }
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  print_json(context, answer);
  return 0;
}

Result<std::vector<std::string>> instances_to_delete(const Options& options, Context& context) {
  auto ids = options.instances;
  if (options.filename) {
    PYW_TRY_ASSIGN(const auto text, context.world.files.read(context.options.directory / *options.filename));
    const auto listed = cloud::Json::parse(text, nullptr, false);
    const bool texts = listed.is_array() && std::all_of(listed.begin(), listed.end(), [](const auto& id) {
                         return id.is_string();
                       });
    if (!texts) {
      return failure(user_error(fmt::format("`{}` is not a JSON array of texts", *options.filename)));
    }
    for (const auto& id : listed) {
      ids.push_back(id.template get<std::string>());
    }
  }
  if (ids.empty() || ids.size() > most_deleted_at_once) {
    return failure(usage_error(fmt::format("{} instances are given", ids.size()),
                               {fmt::format("name 1 to {}", most_deleted_at_once)}));
  }
  return ids;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto names, instances_to_delete(options, context));
  PYW_TRY_ASSIGN(auto data, open_workflows(context, options.place));
  auto ids = cloud::Json::array();
  for (const auto& name : names) {
    PYW_TRY_ASSIGN(auto id, instance_id(name, data, options));
    ids.push_back(std::move(id));
  }
  PYW_TRY_ASSIGN(const auto answer,
                 data.cloud.api.require(cloud::with_json(
                     "POST", instances_path(data, options) + "/batch/delete", {{"instances", ids}})));
  print_json(context, answer);
  const auto errors =
      answer.is_object() ? answer.value("errors", cloud::Json::array()) : cloud::Json::array();
  if (!errors.empty()) {
    return failure(
        user_error(fmt::format("{} of {} instances could not be deleted", errors.size(), ids.size())));
  }
  return 0;
}

std::shared_ptr<Options> about_workflow(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("name", options->workflow, "the Workflow")->required();
  declare_place(app, options->place, DefaultPlace::remote);
  return options;
}

std::shared_ptr<Options> about_instance(CLI::App& app, bool required = true) {
  auto options = about_workflow(app);
  app.add_option("id", options->instance, "the instance; `latest` is the newest")->required(required);
  return options;
}

Runner declare_list(CLI::App& app) {
  auto options = about_workflow(app);
  app.add_option("--status", options->status, "only instances in this state")->check(CLI::IsMember(states));
  app.add_option("--date-start", options->from_date, "only instances made since");
  app.add_option("--date-end", options->to_date, "only instances made until");
  app.add_option("--page", options->page, "which page");
  app.add_option("--per-page", options->per_page, "how many on a page");
  app.add_flag("--reverse", options->oldest_first, "the oldest first");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_describe(CLI::App& app) {
  auto options = about_instance(app, false);
  app.add_flag("--step-output,!--no-step-output")->group("");
  app.add_option("--truncate-output-limit")->group("");
  return [options](Context& context) { return describe(*options, context); };
}

Runner declare_terminate(CLI::App& app) {
  auto options = about_instance(app);
  app.add_flag("--rollback", options->rollback, "run the rollback handlers first");
  return [options](Context& context) { return terminate(*options, context); };
}

Runner declare_restart(CLI::App& app) {
  auto options = about_instance(app);
  app.add_option("--from-step-name", options->step, "the step to start again from");
  app.add_option("--from-step-count", options->step_count, "which of the steps of that name")
      ->check(CLI::PositiveNumber);
  app.add_option("--from-step-type", options->step_type, "its kind")
      ->check(CLI::IsMember({"do", "sleep", "waitForEvent"}));
  return [options](Context& context) { return restart(*options, context); };
}

std::function<Runner(CLI::App&)> declare_state(const char* status) {
  return [status](CLI::App& app) -> Runner {
    auto options = about_instance(app);
    return [options, status](Context& context) {
      return change(*options, "PATCH", "/status", {{"status", status}}, context);
    };
  };
}

Runner declare_send_event(CLI::App& app) {
  auto options = about_instance(app);
  app.add_option("--type", options->event_type, "the event's type")->required();
  app.add_option("--payload", options->payload, "what it carries, as JSON");
  return [options](Context& context) { return send_event(*options, context); };
}

Runner declare_terminate_all(CLI::App& app) {
  auto options = about_workflow(app);
  app.add_option("--status", options->status, "only instances in this state")
      ->check(CLI::IsMember(unfinished_states));
  return [options](Context& context) { return terminate_all(*options, context); };
}

Runner declare_delete(CLI::App& app) {
  auto options = about_workflow(app);
  app.add_option("id", options->instances, "the instances; `latest` is the newest");
  app.add_option("--filename", options->filename, "a JSON array of ids");
  return [options](Context& context) { return remove(*options, context); };
}

} // namespace

Runner declare_workflow_instances(CLI::App& app) {
  return declare_subcommands(app,
                             {{"list", "the instances, as JSON", declare_list},
                              {"describe", "one instance, as JSON", declare_describe},
                              {"send-event", "send an event to an instance", declare_send_event},
                              {"terminate", "end an instance", declare_terminate},
                              {"terminate-all", "end all instances", declare_terminate_all},
                              {"pause", "pause an instance", declare_state("pause")},
                              {"resume", "go on with an instance", declare_state("resume")},
                              {"restart", "start an instance again", declare_restart},
                              {"delete", "delete instances", declare_delete}});
}

} // namespace pyw::commands

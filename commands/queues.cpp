#include <cloud/queue_consumers.hpp>
#include <commands/data_support.hpp>
#include <commands/queues.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

constexpr std::int64_t longest_delay_s = 86'400;
constexpr std::int64_t shortest_retention_s = 60;
constexpr std::int64_t longest_retention_s = 1'209'600;

struct Options {
  std::string name;
  std::optional<std::int64_t> delivery_delay;
  std::optional<std::int64_t> retention;
  std::optional<std::string> jurisdiction;
  bool force = false;
  std::string body;
  std::string content_type = "json";
  std::optional<std::int64_t> delay;
  DataPlace place;
  int page = 1;
};

template <typename T>
void set(cloud::Json& body, const char* key, const std::optional<T>& value) {
  if (value) {
    body[key] = *value;
  }
}

Result<int> create(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  cloud::Json body = {{"queue_name", options.name}};
  set(body, "jurisdiction", options.jurisdiction);
  auto settings = cloud::Json::object();
  set(settings, "delivery_delay", options.delivery_delay);
  set(settings, "message_retention_period", options.retention);
  if (!settings.empty()) {
    body["settings"] = std::move(settings);
  }
  PYW_TRY(data.cloud.api.require(cloud::with_json("POST", data.base + "/queues", body)));
  context.world.reporter.message(fmt::format("Made the queue `{}`", options.name));
  return 0;
}

Result<int> update(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
  // A change replaces all settings: what is not given stays as it is.
  const auto live = queue.value("settings", cloud::Json::object());
  auto settings = cloud::Json::object();
  for (const auto& [key, value] : {std::pair("delivery_delay", options.delivery_delay),
                                   std::pair("message_retention_period", options.retention)}) {
    if (value) {
      settings[key] = *value;
    } else if (live.is_object() && live.contains(key) && !live[key].is_null()) {
      settings[key] = live[key];
    }
  }
  cloud::Json body = {{"queue_name", options.name}};
  if (!settings.empty()) {
    body["settings"] = std::move(settings);
  }
  PYW_TRY(data.cloud.api.require(
      cloud::with_json("PATCH", data.base + "/queues/" + text_at(queue, "queue_id"), body)));
  context.world.reporter.message(fmt::format("Changed the queue `{}`", options.name));
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(
      const auto queues,
      data.cloud.api.require(cloud::get(data.base + "/queues", {{"page", std::to_string(options.page)}})));
  if (context.options.format == OutputFormat::json) {
    print_json(context, queues);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& queue : queues) {
    rows.push_back({text_at(queue, "queue_id"),
                    text_at(queue, "queue_name"),
                    queue.value("producers_total_count", cloud::Json(0)).dump(),
                    queue.value("consumers_total_count", cloud::Json(0)).dump()});
  }
  print_table(context, {"id", "name", "producers", "consumers"}, rows);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
  auto call = cloud::get(data.base + "/queues/" + text_at(queue, "queue_id"));
  call.method = "DELETE";
  PYW_TRY(data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Deleted the queue `{}`", options.name));
  return 0;
}

Result<int> info(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
  print_json(context, queue);
  return 0;
}

/// Delivery goes on or stands still; what was sent waits in the queue.
Result<int> switch_delivery(const Options& options, bool paused, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
  PYW_TRY(data.cloud.api.require(
      cloud::with_json("PATCH",
                       data.base + "/queues/" + text_at(queue, "queue_id"),
                       {{"queue_name", options.name}, {"settings", {{"delivery_paused", paused}}}})));
  context.world.reporter.message(
      fmt::format("Delivery from the queue `{}` {}", options.name, paused ? "is paused" : "goes on"));
  return 0;
}

Result<int> pause(const Options& options, Context& context) {
  return switch_delivery(options, true, context);
}

Result<int> resume(const Options& options, Context& context) {
  return switch_delivery(options, false, context);
}

Result<int> purge(const Options& options, Context& context) {
  if (!options.force &&
      !make_confirm(context, false)(fmt::format("Delete all messages of the queue `{}`?", options.name))) {
    return failure(user_error("nothing was deleted", {"`--force` asks nothing"}));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
  PYW_TRY(
      data.cloud.api.require(cloud::with_json("POST",
                                              data.base + "/queues/" + text_at(queue, "queue_id") + "/purge",
                                              {{"delete_messages_permanently", true}})));
  context.world.reporter.message(fmt::format("The queue `{}` is empty", options.name));
  return 0;
}

/// The body of a message: text as it is, JSON parsed, bytes as base64.
Result<cloud::Json> message_of(const Options& options) {
  cloud::Json message = {{"body", options.body}, {"content_type", options.content_type}};
  if (options.content_type == "json") {
    message["body"] = cloud::Json::parse(options.body, nullptr, false);
    if (message["body"].is_discarded()) {
      return failure(usage_error("the message is not JSON", {"send it as it is: `--content-type text`"}));
    }
  }
  set(message, "delay_seconds", options.delay);
  return message;
}

Result<int> send(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto message, message_of(options));
  PYW_TRY_ASSIGN(auto data,
                 open_data(context, options.place, DefaultPlace::remote, LocalNeeds::running_worker));
  auto id = options.name;
  if (!data.local) {
    PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.name));
    id = text_at(queue, "queue_id");
  }
  PYW_TRY(data.cloud.api.require(
      cloud::with_json("POST", data.base + "/queues/" + cloud::escape_component(id) + "/messages", message)));
  context.world.reporter.message(fmt::format("Sent a message to `{}`", options.name));
  return 0;
}

using Run = Result<int> (*)(const Options&, Context&);

std::function<Runner(CLI::App&)> named(Run run, bool with_settings = false) {
  return [run, with_settings](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    app.add_option("name", options->name, "the queue")->required();
    if (with_settings) {
      app.add_option("--delivery-delay-secs", options->delivery_delay, "seconds before a message can be read")
          ->check(CLI::Range(std::int64_t{0}, longest_delay_s));
      app.add_option("--message-retention-period-secs", options->retention, "seconds that a message is kept")
          ->check(CLI::Range(shortest_retention_s, longest_retention_s));
      app.add_option("--jurisdiction", options->jurisdiction, "where its data stays");
    }
    return [options, run](Context& context) { return run(*options, context); };
  };
}

Runner declare_purge(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("name", options->name, "the queue")->required();
  app.add_flag("--force", options->force, "ask nothing");
  return [options](Context& context) { return purge(*options, context); };
}

Runner declare_send(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("name", options->name, "the queue")->required();
  app.add_option("body", options->body, "the message")->required();
  app.add_option("--content-type", options->content_type, "json, text or bytes (base64); default: json")
      ->check(CLI::IsMember({"json", "text", "bytes"}));
  app.add_option("--delay-secs", options->delay, "seconds before it can be read");
  declare_place(app, options->place, DefaultPlace::remote);
  return [options](Context& context) { return send(*options, context); };
}

} // namespace

CommandEntry queues_command() {
  return {
      "queues",
      "queues and who reads them",
      Group::data,
      {{"pyw queues create jobs", "make a queue"},
       {"pyw queues list", "all queues"},
       {"pyw queues send jobs '{\"id\": 1}' --local", "a message for the consumer in `pyw dev`"}},
      [](CLI::App& app) {
        return declare_subcommands(
            app,
            {{"create", "make a queue", named(create, true)},
             {"update", "change its settings", named(update, true)},
             {"list",
              "all queues",
              [](CLI::App& sub) -> Runner {
                auto options = std::make_shared<Options>();
                sub.add_option("--page", options->page, "which page");
                return [options](Context& context) { return list(*options, context); };
              }},
             {"info", "one queue, as JSON", named(info)},
             {"delete", "delete a queue", named(remove)},
             {"pause-delivery", "stop delivery", named(pause)},
             {"resume-delivery", "go on with delivery", named(resume)},
             {"purge", "delete all messages", declare_purge},
             {"send", "send a message", declare_send},
             {"consumer", "who reads a queue", declare_queue_consumer},
             {"subscription", "events of the account that go into a queue", declare_queue_subscription}});
      },
  };
}

} // namespace pyw::commands

#include <cloud/queue_consumers.hpp>
#include <commands/queues.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string queue;
  std::string script;
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> batch_timeout;
  std::optional<std::int64_t> retries;
  std::optional<std::int64_t> max_concurrency;
  std::optional<std::int64_t> retry_delay;
  std::optional<std::int64_t> visibility_timeout;
  std::optional<std::string> dead_letter_queue;
};

struct Queue {
  DataSession data;
  cloud::Json json;
  std::string consumers; ///< "/accounts/…/queues/ID/consumers"
};

Result<Queue> open_queue(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  auto path = data.base + "/queues/" + text_at(queue, "queue_id") + "/consumers";
  return Queue{std::move(data), std::move(queue), std::move(path)};
}

void set(cloud::Json& body,
         const char* key,
         const std::optional<std::int64_t>& value,
         std::int64_t factor = 1) {
  if (value) {
    body[key] = *value * factor;
  }
}

/// Adds what is read how, and where messages go that failed, behind it.
Result<int> add(const Options& options, cloud::Json body, cloud::Json settings, Context& context) {
  body["settings"] = std::move(settings);
  if (options.dead_letter_queue) {
    body["dead_letter_queue"] = *options.dead_letter_queue;
  }
  PYW_TRY_ASSIGN(auto queue, open_queue(options, context));
  PYW_TRY(queue.data.cloud.api.require(cloud::with_json("POST", queue.consumers, body)));
  return 0;
}

Result<int> add_worker(const Options& options, Context& context) {
  auto settings = cloud::Json::object();
  set(settings, "batch_size", options.batch_size);
  set(settings, "max_retries", options.retries);
  set(settings, "max_wait_time_ms", options.batch_timeout, 1000);
  set(settings, "max_concurrency", options.max_concurrency);
  set(settings, "retry_delay", options.retry_delay);
  cloud::Json body = {{"script_name", options.script},
                      {"environment_name", context.options.environment.value_or("")},
                      {"type", "worker"}};
  PYW_TRY(add(options, std::move(body), std::move(settings), context));
  context.world.reporter.message(fmt::format("`{}` now reads `{}`", options.script, options.queue));
  return 0;
}

Result<int> add_http(const Options& options, Context& context) {
  auto settings = cloud::Json::object();
  set(settings, "batch_size", options.batch_size);
  set(settings, "max_retries", options.retries);
  if (options.visibility_timeout != 0) {
    set(settings, "visibility_timeout_ms", options.visibility_timeout, 1000);
  }
  set(settings, "retry_delay", options.retry_delay);
  PYW_TRY(add(options, {{"type", "http_pull"}}, std::move(settings), context));
  context.world.reporter.message(fmt::format("`{}` can now be read over HTTP", options.queue));
  return 0;
}

Result<void> remove(Queue& queue, const std::string& id) {
  auto call = cloud::get(queue.consumers + "/" + id);
  call.method = "DELETE";
  PYW_TRY(queue.data.cloud.api.require(call));
  return {};
}

Result<int> remove_worker(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto queue, open_queue(options, context));
  PYW_TRY_ASSIGN(const auto id,
                 cloud::worker_consumer_id(queue.data.cloud.api,
                                           queue.data.cloud.account,
                                           queue.json,
                                           options.script,
                                           context.options.environment));
  PYW_TRY(remove(queue, id));
  context.world.reporter.message(fmt::format("`{}` no longer reads `{}`", options.script, options.queue));
  return 0;
}

/// A queue that is read over HTTP has one consumer.
Result<int> remove_http(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto queue, open_queue(options, context));
  const auto all = queue.json.value("consumers", cloud::Json::array());
  if (!all.is_array() || all.empty() || text_at(all.front(), "type") != "http_pull") {
    return failure(user_error(fmt::format("`{}` is not read over HTTP", options.queue)));
  }
  PYW_TRY(remove(queue, text_at(all.front(), "consumer_id")));
  context.world.reporter.message(fmt::format("`{}` is no longer read over HTTP", options.queue));
  return 0;
}

/// `type`: only these; empty: all.
Result<int> list(const Options& options, std::string_view type, Context& context) {
  PYW_TRY_ASSIGN(const auto queue, open_queue(options, context));
  auto found = cloud::Json::array();
  const auto all = queue.json.value("consumers", cloud::Json::array());
  for (const auto& consumer : all.is_array() ? all : cloud::Json::array()) {
    if (type.empty() || text_at(consumer, "type") == type) {
      found.push_back(consumer);
    }
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, found);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& consumer : found) {
    const auto script = text_at(consumer, "script");
    rows.push_back({text_at(consumer, "consumer_id"),
                    text_at(consumer, "type"),
                    script.empty() ? text_at(consumer, "service") : script,
                    text_at(consumer, "dead_letter_queue"),
                    consumer.value("settings", cloud::Json::object()).dump()});
  }
  print_table(context, {"consumer", "type", "worker", "dead letters", "settings"}, rows);
  return 0;
}

std::shared_ptr<Options> about_queue(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("queue-name", options->queue, "the queue")->required();
  return options;
}

void declare_settings(CLI::App& app, Options& options) {
  app.add_option("--batch-size", options.batch_size, "most messages at once");
  app.add_option("--message-retries", options.retries, "most tries");
  app.add_option("--dead-letter-queue", options.dead_letter_queue, "where messages go that failed");
  app.add_option("--retry-delay-secs", options.retry_delay, "seconds before a retry");
}

Runner declare_add(CLI::App& app) {
  auto options = about_queue(app);
  app.add_option("script-name", options->script, "the Worker")->required();
  declare_settings(app, *options);
  app.add_option("--batch-timeout", options->batch_timeout, "most seconds to wait for a full batch");
  app.add_option("--max-concurrency", options->max_concurrency, "most batches side by side");
  return [options](Context& context) { return add_worker(*options, context); };
}

Runner declare_remove(CLI::App& app) {
  auto options = about_queue(app);
  app.add_option("script-name", options->script, "the Worker")->required();
  return [options](Context& context) { return remove_worker(*options, context); };
}

Runner declare_add_http(CLI::App& app) {
  auto options = about_queue(app);
  declare_settings(app, *options);
  app.add_option(
      "--visibility-timeout-secs", options->visibility_timeout, "seconds that a read message is hidden");
  return [options](Context& context) { return add_http(*options, context); };
}

Runner declare_remove_http(CLI::App& app) {
  auto options = about_queue(app);
  return [options](Context& context) { return remove_http(*options, context); };
}

std::function<Runner(CLI::App&)> declare_list(std::string type) {
  return [type = std::move(type)](CLI::App& app) -> Runner {
    auto options = about_queue(app);
    return [options, type](Context& context) { return list(*options, type, context); };
  };
}

Runner declare_worker(CLI::App& app) {
  return declare_subcommands(app,
                             {{"add", "let a Worker read the queue", declare_add},
                              {"remove", "stop a Worker from reading it", declare_remove},
                              {"list", "the Workers that read it", declare_list("worker")}});
}

Runner declare_http(CLI::App& app) {
  return declare_subcommands(app,
                             {{"add", "let it be read over HTTP", declare_add_http},
                              {"remove", "no longer", declare_remove_http},
                              {"list", "who reads it over HTTP", declare_list("http_pull")}});
}

} // namespace

Runner declare_queue_consumer(CLI::App& app) {
  return declare_subcommands(app,
                             {{"add", "let a Worker read the queue", declare_add},
                              {"remove", "stop a Worker from reading it", declare_remove},
                              {"list", "who reads it", declare_list("")},
                              {"worker", "Workers", declare_worker},
                              {"http", "readers over HTTP", declare_http}});
}

} // namespace pyw::commands

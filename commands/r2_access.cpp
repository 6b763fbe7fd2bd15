#include <base/text.hpp>
#include <cloud/queue_consumers.hpp>
#include <commands/r2_bucket.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options : BucketOptions {
  std::string domain;
  std::string zone;
  std::optional<std::string> least_tls;
  std::string queue;
  std::optional<std::string> rule;
  std::string prefix; ///< empty: all keys
  std::string suffix;
  std::optional<std::string> description;
  std::vector<std::string> events;
};

constexpr const char* domains = "/domains/custom";
constexpr const char* managed_domain = "/domains/managed";
constexpr const char* local_uploads = "/local-uploads";

/// Sends one change and says it.
Result<int> change(const Options& options,
                   const char* method,
                   const std::string& suffix,
                   const cloud::Json& body,
                   const std::string& done,
                   Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY(data.cloud.api.require(bucket_call(data, options, method, suffix, body)));
  context.world.reporter.message(done);
  return 0;
}

Result<int> add_domain(const Options& options, Context& context) {
  PYW_TRY(confirm_change(
      options,
      fmt::format("Everything in `{}` becomes public at https://{}. Go on?", options.bucket, options.domain),
      context));
  return change(options,
                "POST",
                domains,
                {{"domain", options.domain},
                 {"zoneId", options.zone},
                 {"minTLS", options.least_tls.value_or("1.0")},
                 {"enabled", true}},
                fmt::format("`{}` is reached at https://{}", options.bucket, options.domain),
                context);
}

Result<int> update_domain(const Options& options, Context& context) {
  cloud::Json body = {{"domain", options.domain}};
  if (options.least_tls) {
    body["minTLS"] = *options.least_tls;
  }
  return change(options,
                "PUT",
                std::string(domains) + "/" + options.domain,
                body,
                fmt::format("Changed `{}`", options.domain),
                context);
}

Result<int> remove_domain(const Options& options, Context& context) {
  PYW_TRY(confirm_change(
      options, fmt::format("Take https://{} off `{}`?", options.domain, options.bucket), context));
  return change(options,
                "DELETE",
                std::string(domains) + "/" + options.domain,
                {},
                fmt::format("`{}` is no longer reached at https://{}", options.bucket, options.domain),
                context);
}

Result<int> switch_dev_url(const Options& options, bool enabled, Context& context) {
  PYW_TRY(confirm_change(
      options,
      enabled ? fmt::format("Everything in `{}` becomes public at its r2.dev address. Go on?", options.bucket)
              : fmt::format("Take the r2.dev address off `{}`?", options.bucket),
      context));
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(
      const auto answer,
      data.cloud.api.require(bucket_call(data, options, "PUT", managed_domain, {{"enabled", enabled}})));
  context.world.reporter.message(fmt::format("`{}` is {}reached at https://{}",
                                             options.bucket,
                                             enabled ? "" : "no longer ",
                                             text_at(answer, "domain")));
  return 0;
}

Result<int> switch_local_uploads(const Options& options, bool enabled, Context& context) {
  PYW_TRY(
      confirm_change(options,
                     fmt::format("Switch local uploads of `{}` {}?", options.bucket, enabled ? "on" : "off"),
                     context));
  return change(options,
                "PUT",
                local_uploads,
                {{"enabled", enabled}},
                fmt::format("Local uploads of `{}` are {}", options.bucket, enabled ? "on" : "off"),
                context);
}

// --- Notifications: rules that tell a queue ---

std::string notification_path(const DataSession& data, const Options& options) {
  return data.base + "/event_notifications/r2/" + options.bucket + "/configuration";
}

cloud::Call notification_call(const Options& options,
                              const char* method,
                              const std::string& path,
                              const cloud::Json& body) {
  auto call = body.is_null() ? cloud::get(path) : cloud::with_json(method, path, body);
  call.method = method;
  if (options.jurisdiction) {
    call.headers.emplace_back("cf-r2-jurisdiction", *options.jurisdiction);
  }
  return call;
}

/// The operations that an event stands for.
Result<cloud::Json> actions_of(const std::vector<std::string>& events) {
  auto actions = cloud::Json::array();
  for (const auto& event : events) {
    if (event == "object-create") {
      actions.insert(actions.end(), {"PutObject", "CompleteMultipartUpload", "CopyObject"});
    } else if (event == "object-delete") {
      actions.insert(actions.end(), {"DeleteObject", "LifecycleDeletion"});
    } else {
      return failure(
          usage_error(fmt::format("`{}` is no event", event), {"one of: object-create, object-delete"}));
    }
  }
  return actions;
}

Result<int> list_notifications(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(
      const auto answer,
      data.cloud.api.require(notification_call(options, "GET", notification_path(data, options), {})));
  print_json(context, answer);
  return 0;
}

Result<int> add_notification(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto actions, actions_of(options.events));
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  cloud::Json rule = {{"prefix", options.prefix}, {"suffix", options.suffix}, {"actions", actions}};
  if (options.description) {
    rule["description"] = *options.description;
  }
  const auto path = notification_path(data, options) + "/queues/" + text_at(queue, "queue_id");
  PYW_TRY(data.cloud.api.require(
      notification_call(options, "PUT", path, {{"rules", cloud::Json::array({rule})}})));
  context.world.reporter.message(
      fmt::format("`{}` is told of changes in `{}`", options.queue, options.bucket));
  return 0;
}

Result<int> remove_notification(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto queue, cloud::find_queue(data.cloud.api, data.cloud.account, options.queue));
  const auto path = notification_path(data, options) + "/queues/" + text_at(queue, "queue_id");
  const auto body =
      options.rule ? cloud::Json{{"ruleIds", cloud::Json::array({*options.rule})}} : cloud::Json();
  PYW_TRY(data.cloud.api.require(notification_call(options, "DELETE", path, body)));
  context.world.reporter.message(
      fmt::format("`{}` is no longer told of changes in `{}`", options.queue, options.bucket));
  return 0;
}

Result<int> end_sippy(const Options& options, Context& context) {
  return change(options,
                "DELETE",
                "/sippy",
                {},
                fmt::format("The migration into `{}` has ended", options.bucket),
                context);
}

using Run = std::function<Result<int>(const Options&, Context&)>;
using Declare = void (*)(CLI::App&, Options&);

/// A command about one bucket with the options that `declare` adds.
std::function<Runner(CLI::App&)> about(Run run, Declare declare) {
  return [run = std::move(run), declare](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    declare(app, *options);
    return [options, run](Context& context) { return run(*options, context); };
  };
}

void only_bucket(CLI::App& app, Options& options) {
  declare_bucket_options(app, options);
}

void bucket_change(CLI::App& app, Options& options) {
  declare_bucket_change(app, options);
}

void of_domain(CLI::App& app, Options& options) {
  declare_bucket_change(app, options);
  app.add_option("--domain", options.domain, "the host name")->required();
}

void least_tls(CLI::App& app, Options& options) {
  app.add_option("--min-tls", options.least_tls, "the oldest TLS that is taken")
      ->check(CLI::IsMember({"1.0", "1.1", "1.2", "1.3"}));
}

void new_domain(CLI::App& app, Options& options) {
  of_domain(app, options);
  app.add_option("--zone-id", options.zone, "the zone of the host name")->required();
  least_tls(app, options);
}

void changed_domain(CLI::App& app, Options& options) {
  of_domain(app, options);
  least_tls(app, options);
}

void of_queue(CLI::App& app, Options& options) {
  declare_bucket_options(app, options);
  app.add_option("--queue", options.queue, "the queue")->required();
}

void new_notification(CLI::App& app, Options& options) {
  of_queue(app, options);
  app.add_option("--event-types,--event-type", options.events, "object-create, object-delete")->required();
  app.add_option("--prefix", options.prefix, "only objects whose key starts with this");
  app.add_option("--suffix", options.suffix, "only objects whose key ends with this");
  app.add_option("--description", options.description, "what it is for");
}

void old_notification(CLI::App& app, Options& options) {
  of_queue(app, options);
  app.add_option("--rule", options.rule, "only this rule");
}

Run shows(const char* suffix, const char* member = nullptr) {
  return [suffix, member](const Options& options, Context& context) {
    return print_of_bucket(options, suffix, member, context);
  };
}

} // namespace

Runner declare_r2_domain(CLI::App& app) {
  const auto one = [](const Options& options, Context& context) {
    return print_of_bucket(options, (std::string(domains) + "/" + options.domain).c_str(), nullptr, context);
  };
  return declare_subcommands(
      app,
      {{"list", "its host names, as JSON", about(shows(domains, "domains"), only_bucket)},
       {"get", "one host name, as JSON", about(one, of_domain)},
       {"add", "make it public under a host name", about(add_domain, new_domain)},
       {"update", "change a host name's settings", about(update_domain, changed_domain)},
       {"remove", "take a host name off", about(remove_domain, of_domain)}});
}

Runner declare_r2_dev_url(CLI::App& app) {
  const auto to = [](bool enabled) -> Run {
    return [enabled](const Options& options, Context& context) {
      return switch_dev_url(options, enabled, context);
    };
  };
  return declare_subcommands(app,
                             {{"get", "the address, as JSON", about(shows(managed_domain), only_bucket)},
                              {"enable", "make it public there", about(to(true), bucket_change)},
                              {"disable", "no longer public there", about(to(false), bucket_change)}});
}

Runner declare_r2_local_uploads(CLI::App& app) {
  const auto to = [](bool enabled) -> Run {
    return [enabled](const Options& options, Context& context) {
      return switch_local_uploads(options, enabled, context);
    };
  };
  return declare_subcommands(app,
                             {{"get", "the setting, as JSON", about(shows(local_uploads), only_bucket)},
                              {"enable", "switch it on", about(to(true), bucket_change)},
                              {"disable", "switch it off", about(to(false), bucket_change)}});
}

Runner declare_r2_notification(CLI::App& app) {
  return declare_subcommands(app,
                             {{"list", "who is told, as JSON", about(list_notifications, only_bucket)},
                              {"get", "the same", about(list_notifications, only_bucket)},
                              {"create", "tell a queue", about(add_notification, new_notification)},
                              {"delete", "tell it no more", about(remove_notification, old_notification)}});
}

Runner declare_r2_sippy(CLI::App& app) {
  return declare_subcommands(app,
                             {{"get", "the setting, as JSON", about(shows("/sippy"), only_bucket)},
                              {"disable", "end the migration", about(end_sippy, only_bucket)}});
}

} // namespace pyw::commands

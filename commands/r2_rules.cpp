#include <base/text.hpp>
#include <cloud/timestamp.hpp>
#include <commands/r2_bucket.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

constexpr std::int64_t day_seconds = 86400;

struct Options : BucketOptions {
  std::string name;
  std::string prefix;
  std::string file;
  std::optional<double> expire_days;
  std::optional<std::string> expire_date;
  std::optional<double> transition_days;
  std::optional<std::string> transition_date;
  std::optional<double> abort_days;
  std::optional<double> retention_days;
  std::optional<std::string> retention_date;
  bool indefinite = false;
};

/// A kind of rules that a bucket holds as one list.
struct RuleKind {
  const char* suffix;
  const char* words;
};

constexpr RuleKind lifecycle_rules{"/lifecycle", "lifecycle rules"};
constexpr RuleKind lock_rules{"/lock", "lock rules"};
constexpr RuleKind cors_rules{"/cors", "CORS rules"};

/// "2030-01-02" as the platform writes it, midnight UTC.
Result<std::string> as_timestamp(const std::string& date) {
  constexpr std::size_t date_length = 10;
  const auto time = cloud::parse_timestamp(date);
  if (!time || date.size() != date_length) {
    return failure(usage_error(fmt::format("`{}` is no date", date), {"write it like 2030-01-31"}));
  }
  return cloud::iso_timestamp(*time);
}

Result<std::int64_t> as_seconds(double days) {
  if (days < 0) {
    return failure(usage_error(fmt::format("{:g} days are too few", days)));
  }
  return static_cast<std::int64_t>(days * day_seconds);
}

/// After so many days, or on a date; null when neither is given.
Result<cloud::Json> condition_of(const std::optional<double>& days, const std::optional<std::string>& date) {
  if (days) {
    PYW_TRY_ASSIGN(const auto seconds, as_seconds(*days));
    return cloud::Json{{"maxAge", seconds}, {"type", "Age"}};
  }
  if (date) {
    PYW_TRY_ASSIGN(const auto timestamp, as_timestamp(*date));
    return cloud::Json{{"date", timestamp}, {"type", "Date"}};
  }
  return cloud::Json();
}

Result<cloud::Json> lifecycle_rule(const Options& options) {
  cloud::Json rule = {{"id", options.name}, {"enabled", true}, {"conditions", cloud::Json::object()}};
  PYW_TRY_ASSIGN(const auto expire, condition_of(options.expire_days, options.expire_date));
  PYW_TRY_ASSIGN(const auto transition, condition_of(options.transition_days, options.transition_date));
  PYW_TRY_ASSIGN(const auto abort, condition_of(options.abort_days, std::nullopt));
  if (expire.is_null() && transition.is_null() && abort.is_null()) {
    return failure(usage_error(
        "the rule does nothing",
        {"add `--expire-days`, `--expire-date`, `--ia-transition-days`, `--ia-transition-date` or "
         "`--abort-multipart-days`"}));
  }
  if (!expire.is_null()) {
    rule["deleteObjectsTransition"] = {{"condition", expire}};
  }
  if (!transition.is_null()) {
    rule["storageClassTransitions"] =
        cloud::Json::array({cloud::Json{{"condition", transition}, {"storageClass", "InfrequentAccess"}}});
  }
  if (!abort.is_null()) {
    rule["abortMultipartUploadsTransition"] = {{"condition", abort}};
  }
  if (!options.prefix.empty()) {
    rule["conditions"]["prefix"] = options.prefix;
  }
  return rule;
}

Result<cloud::Json> lock_rule(const Options& options) {
  const auto given =
      (options.retention_days ? 1 : 0) + (options.retention_date ? 1 : 0) + (options.indefinite ? 1 : 0);
  if (given != 1) {
    return failure(usage_error("how long do objects stay locked?",
                               {"give one of `--retention-days`, `--retention-date` and "
                                "`--retention-indefinite`"}));
  }
  cloud::Json rule = {{"id", options.name}, {"enabled", true}, {"condition", {{"type", "Indefinite"}}}};
  if (!options.prefix.empty()) {
    rule["prefix"] = options.prefix;
  }
  if (options.retention_days) {
    PYW_TRY_ASSIGN(const auto seconds, as_seconds(*options.retention_days));
    if (seconds == 0) {
      return failure(usage_error("`--retention-days` must be more than 0"));
    }
    rule["condition"] = {{"type", "Age"}, {"maxAgeSeconds", seconds}};
  } else if (options.retention_date) {
    PYW_TRY_ASSIGN(const auto timestamp, as_timestamp(*options.retention_date));
    rule["condition"] = {{"type", "Date"}, {"date", timestamp}};
  }
  return rule;
}

Result<cloud::Json> read_rules(DataSession& data, const Options& options, const RuleKind& kind) {
  PYW_TRY_ASSIGN(const auto answer,
                 data.cloud.api.require(bucket_call(data, options, "GET", kind.suffix, {})));
  auto rules = answer.is_object() ? answer.value("rules", cloud::Json::array()) : cloud::Json::array();
  return rules.is_array() ? std::move(rules) : cloud::Json::array();
}

Result<void> write_rules(
    DataSession& data, const Options& options, const RuleKind& kind, const cloud::Json& rules, bool force) {
  auto call = bucket_call(data, options, "PUT", kind.suffix, {{"rules", rules}});
  if (!force && kind.suffix == lifecycle_rules.suffix) {
    // Without it the platform changes a bucket under a data catalog, which then no longer fits.
    call.headers.emplace_back("cf-r2-data-catalog-check", "true");
  }
  PYW_TRY(data.cloud.api.require(call));
  return {};
}

using MakeRule = Result<cloud::Json> (*)(const Options&);

Result<int> add(const Options& options, const RuleKind& kind, MakeRule make, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(auto rules, read_rules(data, options, kind));
  if (options.name.empty()) {
    return failure(usage_error("the rule needs a name", {"give it behind the bucket, or with `--name`"}));
  }
  PYW_TRY_ASSIGN(auto rule, make(options));
  if (options.prefix.empty()) {
    PYW_TRY(confirm_change(options,
                           fmt::format("The rule `{}` has no prefix: it is for all objects of `{}`. Add it?",
                                       options.name,
                                       options.bucket),
                           context));
  }
  rules.push_back(std::move(rule));
  PYW_TRY(write_rules(data, options, kind, rules, options.force));
  context.world.reporter.message(
      fmt::format("Added `{}` to the {} of `{}`", options.name, kind.words, options.bucket));
  return 0;
}

Result<int> remove(const Options& options, const RuleKind& kind, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto rules, read_rules(data, options, kind));
  auto left = cloud::Json::array();
  for (const auto& rule : rules) {
    if (text_at(rule, "id") != options.name) {
      left.push_back(rule);
    }
  }
  if (left.size() == rules.size()) {
    return failure(
        user_error(fmt::format("the {} of `{}` hold no `{}`", kind.words, options.bucket, options.name)));
  }
  PYW_TRY(write_rules(data, options, kind, left, true));
  context.world.reporter.message(
      fmt::format("Removed `{}` from the {} of `{}`", options.name, kind.words, options.bucket));
  return 0;
}

Result<int> set(const Options& options, const RuleKind& kind, Context& context) {
  const auto path = context.options.directory / options.file;
  PYW_TRY_ASSIGN(const auto text, context.world.files.read(path));
  const auto json = cloud::Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("rules") || !json["rules"].is_array()) {
    return failure(user_error(fmt::format("`{}` holds no rules", options.file), {R"(write {"rules": […]})"}));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY(
      confirm_change(options, fmt::format("Replace all {} of `{}`?", kind.words, options.bucket), context));
  PYW_TRY(write_rules(data, options, kind, json["rules"], options.force));
  context.world.reporter.message(
      fmt::format("`{}` now has {}", options.bucket, counted(json["rules"].size(), "rule", "rules")));
  return 0;
}

Result<int> clear_cors(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY(confirm_change(options, fmt::format("Delete the CORS rules of `{}`?", options.bucket), context));
  PYW_TRY(data.cloud.api.require(bucket_call(data, options, "DELETE", cors_rules.suffix, {})));
  context.world.reporter.message(fmt::format("`{}` has no CORS rules any more", options.bucket));
  return 0;
}

std::function<Runner(CLI::App&)> declare_list(const RuleKind& kind) {
  return [kind](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    declare_bucket_options(app, *options);
    return [options, kind](Context& context) {
      return print_of_bucket(*options, kind.suffix, "rules", context);
    };
  };
}

std::function<Runner(CLI::App&)> declare_remove(const RuleKind& kind) {
  return [kind](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    declare_bucket_options(app, *options);
    app.add_option("--name,--id", options->name, "the rule")->required();
    return [options, kind](Context& context) { return remove(*options, kind, context); };
  };
}

std::function<Runner(CLI::App&)> declare_set(const RuleKind& kind) {
  return [kind](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    declare_bucket_change(app, *options);
    app.add_option("--file", options->file, "JSON: an object with `rules`")->required();
    return [options, kind](Context& context) { return set(*options, kind, context); };
  };
}

std::shared_ptr<Options> rule_options(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_bucket_change(app, *options);
  app.add_option("name,--name,--id", options->name, "the rule's name");
  app.add_option("prefix,--prefix", options->prefix, "only objects whose key starts with this");
  return options;
}

Runner declare_add_lifecycle(CLI::App& app) {
  auto options = rule_options(app);
  app.add_option("--expire-days", options->expire_days, "delete objects so many days after they were made");
  app.add_option("--expire-date", options->expire_date, "delete objects on this day, like 2030-01-31");
  app.add_option("--ia-transition-days", options->transition_days, "to Infrequent Access after so many days");
  app.add_option("--ia-transition-date", options->transition_date, "to Infrequent Access on this day");
  app.add_option("--abort-multipart-days", options->abort_days, "end unfinished uploads after so many days");
  return [options](Context& context) { return add(*options, lifecycle_rules, lifecycle_rule, context); };
}

Runner declare_add_lock(CLI::App& app) {
  auto options = rule_options(app);
  app.add_option("--retention-days", options->retention_days, "so many days");
  app.add_option("--retention-date", options->retention_date, "until this day, like 2030-01-31");
  app.add_flag("--retention-indefinite", options->indefinite, "without an end");
  return [options](Context& context) { return add(*options, lock_rules, lock_rule, context); };
}

} // namespace

Runner declare_r2_lifecycle(CLI::App& app) {
  return declare_subcommands(app,
                             {{"list", "the rules, as JSON", declare_list(lifecycle_rules)},
                              {"add", "add a rule", declare_add_lifecycle},
                              {"remove", "remove a rule", declare_remove(lifecycle_rules)},
                              {"set", "replace all rules by those of a file", declare_set(lifecycle_rules)}});
}

Runner declare_r2_lock(CLI::App& app) {
  return declare_subcommands(app,
                             {{"list", "the rules, as JSON", declare_list(lock_rules)},
                              {"add", "add a rule", declare_add_lock},
                              {"remove", "remove a rule", declare_remove(lock_rules)},
                              {"set", "replace all rules by those of a file", declare_set(lock_rules)}});
}

Runner declare_r2_cors(CLI::App& app) {
  return declare_subcommands(app,
                             {{"list", "the rules, as JSON", declare_list(cors_rules)},
                              {"set", "replace all rules by those of a file", declare_set(cors_rules)},
                              {"delete", "remove all rules", [](CLI::App& sub) -> Runner {
                                 auto options = std::make_shared<Options>();
                                 declare_bucket_change(sub, *options);
                                 return [options](Context& context) { return clear_cors(*options, context); };
                               }}});
}

} // namespace pyw::commands

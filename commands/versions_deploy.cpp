#include <base/text.hpp>
#include <cloud/deploy_plan.hpp>
#include <commands/versions_deploy.hpp>
#include <commands/versions_support.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

namespace pyw::commands {

namespace {

constexpr double rounding_slack = 0.001;

struct Options {
  std::vector<std::string> specs;
  std::vector<std::string> ids;
  std::vector<std::string> tags;
  std::vector<double> percentages;
  std::optional<std::string> name;
  std::optional<std::string> message;
  std::optional<std::string> code_update_mode;
  bool yes = false;
  bool dry_run = false;
  std::size_t most_versions = 2;
};

using Shares = std::vector<std::pair<std::string, std::optional<double>>>;

bool is_version_id(const std::string& text) {
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (hyphen ? text[i] != '-' : !hex) {
      return false;
    }
  }
  return true;
}

void set_share(Shares& shares, std::string id, std::optional<double> share) {
  const auto found =
      std::find_if(shares.begin(), shares.end(), [&](const auto& item) { return item.first == id; });
  if (found != shares.end()) {
    found->second = share;
  } else {
    shares.emplace_back(std::move(id), share);
  }
}

Result<Shares> named_shares(const Options& options) {
  Shares all;
  for (const auto& spec : options.specs) {
    PYW_TRY_ASSIGN(auto share, parse_version_share(spec));
    all.push_back(std::move(share));
  }
  for (const auto& id : options.ids) {
    if (!is_version_id(id)) {
      return failure(
          user_error(fmt::format("`{}` is no version id", id), {"`pyw versions list` shows them"}));
    }
    all.emplace_back(id, std::nullopt);
  }
  // `--percentage` fills up what the versions did not bring, in their order.
  std::size_t next = options.specs.size();
  for (const auto value : options.percentages) {
    if (value < 0 || value > 100) {
      return failure(
          user_error(fmt::format("{}% is no share of the traffic", value), {"give a number from 0 to 100"}));
    }
    if (next < all.size()) {
      all[next++].second = value;
    }
  }
  Shares unique;
  for (auto& [id, share] : all) {
    set_share(unique, id, share);
  }
  return unique;
}

Result<void> add_tagged(VersionReader& reader, const Options& options, Shares& shares) {
  if (options.tags.empty()) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto versions, reader.deployable());
  for (const auto& spec : options.tags) {
    PYW_TRY_ASSIGN(const auto wanted, parse_version_share(spec));
    std::vector<std::string> ids;
    for (const auto& version : versions) {
      if (text_at(version.value("annotations", cloud::Json::object()), "workers/tag") == wanted.first) {
        ids.push_back(text_at(version, "id"));
      }
    }
    if (ids.size() != 1) {
      return failure(user_error(
          ids.empty() ? fmt::format("no recent version has the tag `{}`", wanted.first)
                      : fmt::format("several versions have the tag `{}`: {}", wanted.first, join(ids, ", ")),
          {"name the version by its id: `pyw versions list` shows them"}));
    }
    set_share(shares, ids.front(), wanted.second);
  }
  return {};
}

Result<cloud::Json> code_update_strategy(const Options& options,
                                         const std::optional<config::Project>& project) {
  if (options.code_update_mode) {
    return options.code_update_mode->starts_with("immediate")
               ? cloud::Json{{"mode", "immediate"}}
               : cloud::Json{{"mode", "deferred"}, {"max_delay", 300}};
  }
  const auto* objects = project ? project->raw("durable_objects") : nullptr;
  const auto* strategy = objects != nullptr ? objects->find("code_update_strategy") : nullptr;
  const auto json = strategy != nullptr ? config::to_json(*strategy) : cloud::Json::object();
  if (json.value("mode", "deferred") == "immediate") {
    return cloud::Json{{"mode", "immediate"}};
  }
  return cloud::Json{{"mode", "deferred"}, {"max_delay", json.value("max_delay", cloud::Json(300))}};
}

/// Settings that no version carries follow a deployment.
Result<void> patch_settings(CloudSession& session,
                            const VersionReader& reader,
                            const std::optional<config::Project>& project) {
  auto settings = cloud::Json::object();
  for (const auto* key : {"logpush", "tail_consumers", "streaming_tail_consumers", "observability"}) {
    if (const auto* value = project ? project->raw(key) : nullptr) {
      settings[key] = config::to_json(*value);
    }
  }
  if (!settings.empty()) {
    PYW_TRY(session.api.require(cloud::with_json("PATCH", reader.path() + "/script-settings", settings)));
  }
  return {};
}

Result<int> run(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto wanted, named_shares(options));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  PYW_TRY_ASSIGN(const auto latest, reader.show_latest(context));
  PYW_TRY(add_tagged(reader, options, wanted));
  if (wanted.empty()) {
    PYW_TRY(reader.deployable());
    return failure(user_error("which version is to be deployed?",
                              {"`pyw versions list` shows them; then `pyw versions deploy ID@100`"}));
  }
  if (wanted.size() > options.most_versions) {
    return failure(user_error(fmt::format("{} versions are too many for one deployment", wanted.size()),
                              {fmt::format("at most {} share the traffic", options.most_versions)}));
  }
  for (const auto& [id, share] : wanted) {
    PYW_TRY(reader.version(id));
  }
  PYW_TRY_ASSIGN(const auto shares, distribute(wanted));
  for (const auto& [id, share] : shares) {
    // Once more, as the client does: the last word on what is deployed.
    PYW_TRY(session.api.require(cloud::get(reader.path() + "/versions/" + id)));
    context.world.reporter.message(fmt::format("  {:>4}  {}", percent(share), id));
  }
  if (options.dry_run) {
    context.world.reporter.message("Dry run: nothing was deployed");
    return 0;
  }
  PYW_TRY_ASSIGN(const auto strategy, code_update_strategy(options, project));
  PYW_TRY_ASSIGN(const auto made,
                 session.api.require(cloud::with_json(
                     "POST",
                     reader.path() + "/deployments",
                     cloud::deployment_body(shares, options.message.value_or(""), strategy))));
  PYW_TRY(patch_settings(session, reader, project));
  const auto service =
      session.api.call(cloud::get(cloud::account_path(session.account) + "/workers/services/" + script));
  auto traffic = cloud::Json::object();
  for (const auto& [id, share] : shares) {
    traffic[id] = share;
  }
  const auto environment = service && service->is_object()
                               ? service->value("default_environment", cloud::Json::object())
                               : cloud::Json::object();
  const auto tag = text_at(environment.value("script", cloud::Json::object()), "tag");
  const cloud::Json output = {{"type", "version-deploy"},
                              {"version", 1},
                              {"worker_name", script},
                              {"worker_tag", tag},
                              {"deployment_id", text_at(made, "id")},
                              {"version_traffic", traffic}};
  PYW_TRY(write_output(context, output));
  if (context.options.format == OutputFormat::json) {
    print_json(context, output);
  } else {
    context.world.reporter.message(fmt::format("Deployed `{}`", script));
  }
  return 0;
}

} // namespace

Result<std::pair<std::string, std::optional<double>>> parse_version_share(const std::string& text) {
  const auto at = text.rfind('@');
  auto name = text.substr(0, at);
  auto number = at == std::string::npos ? "" : text.substr(at + 1);
  if (number.ends_with('%')) {
    number.pop_back();
  }
  if (number.empty()) {
    return std::pair(name, std::optional<double>{});
  }
  char* end = nullptr;
  const auto share = std::strtod(number.c_str(), &end);
  if (end == nullptr || *end != '\0' || !(share >= 0 && share <= 100)) {
    return failure(user_error(fmt::format("`{}` is no share of the traffic", text),
                              {"write VERSION@PERCENT with a number from 0 to 100, like `ID@25`"}));
  }
  return std::pair(name, std::optional(share));
}

Result<std::vector<std::pair<std::string, double>>> distribute(const Shares& wanted) {
  double sum = 0;
  std::size_t open = 0;
  for (const auto& [id, share] : wanted) {
    sum += share.value_or(0);
    open += share ? 0 : 1;
  }
  const auto rest = open == 0 || sum > 100 ? 0 : (100 - sum) / static_cast<double>(open);
  std::vector<std::pair<std::string, double>> out;
  for (const auto& [id, share] : wanted) {
    out.emplace_back(id, share.value_or(rest));
  }
  const auto total = sum + rest * static_cast<double>(open);
  if (std::abs(total - 100) > rounding_slack) {
    return failure(user_error(fmt::format("the shares add up to {:g}%, not to 100%", total)));
  }
  return out;
}

Runner declare_versions_deploy(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option(
      "version-specs", options->specs, "VERSION@PERCENT; without a share, an equal part of the rest");
  app.add_option("--version-id", options->ids, "a version");
  app.add_option("--version-tag", options->tags, "TAG or TAG@PERCENT");
  app.add_option("--percentage", options->percentages, "the share of each version, in their order");
  app.add_option("--name", options->name, "the Worker");
  app.add_option("--message", options->message, "what this deployment is about");
  app.add_option(
      "--durable-objects-code-update-mode", options->code_update_mode, "`immediate` or `deferred`");
  app.add_flag("-y,--yes", options->yes, "ask nothing");
  app.add_flag("--dry-run", options->dry_run, "say what would be deployed");
  app.add_option("--max-versions", options->most_versions)->group("");
  return [options](Context& context) { return run(*options, context); };
}

} // namespace pyw::commands

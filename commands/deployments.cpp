#include <cloud/deploy_plan.hpp>
#include <commands/deployments.hpp>
#include <commands/versions_support.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

constexpr int secrets_have_changed = 10220;

struct Options {
  std::optional<std::string> name;
  std::optional<std::string> version;
  std::optional<std::string> message;
  std::optional<std::string> code_update_mode;
  bool yes = false;
};

bool older(const cloud::Json& a, const cloud::Json& b) {
  return text_at(a, "created_on") < text_at(b, "created_on");
}

Result<void> show_deployment(VersionReader& reader, const cloud::Json& deployment, Context& context) {
  auto& reporter = context.world.reporter;
  reporter.data(fmt::format("{}  {}  {}\n",
                            text_at(deployment, "created_on"),
                            text_at(deployment, "author_email"),
                            text_at(deployment, "source")));
  for (const auto& [id, share] : traffic_of(deployment)) {
    PYW_TRY_ASSIGN(const auto version, reader.version(id));
    const auto row = version_row(version);
    reporter.data(fmt::format("  {:>4}  {}  {}  {}\n", percent(share), row[0], row[3], row[4]));
  }
  return {};
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  PYW_TRY_ASSIGN(auto deployments, reader.deployments());
  std::stable_sort(deployments.begin(), deployments.end(), older);
  if (context.options.format == OutputFormat::json) {
    print_json(context, cloud::Json(deployments));
    return 0;
  }
  for (const auto& deployment : deployments) {
    PYW_TRY(show_deployment(reader, deployment, context));
  }
  return 0;
}

Result<int> status(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  PYW_TRY_ASSIGN(const auto deployments, reader.deployments());
  if (deployments.empty()) {
    return failure(user_error(fmt::format("`{}` has no deployments", script), {"`pyw deploy` makes one"}));
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, deployments.front());
    return 0;
  }
  PYW_TRY(show_deployment(reader, deployments.front(), context));
  return 0;
}

/// The version that had all the traffic before the current deployment.
Result<std::string> version_before(VersionReader& reader) {
  PYW_TRY_ASSIGN(auto deployments, reader.deployments());
  std::stable_sort(
      deployments.begin(), deployments.end(), [](const auto& a, const auto& b) { return older(b, a); });
  for (std::size_t i = 1; i < deployments.size(); ++i) {
    for (const auto& [id, share] : traffic_of(deployments[i])) {
      if (share == 100) {
        return id;
      }
    }
  }
  return failure(
      user_error("no earlier version had all the traffic", {"name the version: `pyw rollback VERSION`"}));
}

Result<int> roll_back(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  {
    VersionReader shown(session, script);
    PYW_TRY(shown.show_latest(context));
  }
  VersionReader reader(session, script);
  auto version = options.version.value_or("");
  if (version.empty()) {
    PYW_TRY_ASSIGN(version, version_before(reader));
  }
  PYW_TRY_ASSIGN(const auto detail, reader.version(version));
  const auto row = version_row(detail);
  context.world.reporter.message(
      fmt::format("Rolling back to {} ({}, {}). Data in KV, D1, R2 and Durable Objects is not rolled back",
                  row[0],
                  row[1],
                  row[4]));
  const auto confirm =
      options.yes ? cloud::Confirm([](const std::string&) { return true; }) : make_confirm(context, true);
  if (!confirm("send all traffic to this version?")) {
    return failure(user_error("nothing was rolled back"));
  }
  const bool immediate = options.code_update_mode && options.code_update_mode->starts_with("immediate");
  const auto strategy =
      immediate ? cloud::Json{{"mode", "immediate"}} : cloud::Json{{"mode", "deferred"}, {"max_delay", 300}};
  auto call = cloud::with_json(
      "POST",
      reader.path() + "/deployments",
      cloud::deployment_body({{version, 100}}, options.message.value_or("Rollback"), strategy));
  auto answer = session.api.call(call);
  if (!answer && answer.error().code == secrets_have_changed) {
    context.world.reporter.report(to_error(answer.error()).diagnostics.front());
    if (!confirm("secrets have changed since then: roll back all the same?")) {
      return failure(user_error("nothing was rolled back"));
    }
    call.query = {{"force", "true"}};
    answer = session.api.call(call);
  }
  if (!answer) {
    return failure(to_error(answer.error()));
  }
  context.world.reporter.message("Current version: " + version);
  return 0;
}

Runner declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--name", options->name, "the Worker");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_status(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--name", options->name, "the Worker");
  return [options](Context& context) { return status(*options, context); };
}

} // namespace

CommandEntry deployments_command() {
  return {
      "deployments",
      "what was deployed when",
      Group::cloud,
      {{"pyw deployments list", "the latest deployments"}, {"pyw deployments status", "the current one"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"list", "the latest deployments", declare_list},
                                    {"status", "the current deployment", declare_status}});
      },
  };
}

CommandEntry rollback_command() {
  return {
      "rollback",
      "send all traffic to an earlier version",
      Group::cloud,
      {{"pyw rollback", "to the version before"},
       {"pyw rollback VERSION --message 'broke login'", "to a version"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<Options>();
        app.add_option("version-id", options->version, "the version; else the one before the current");
        app.add_option("--name", options->name, "the Worker");
        app.add_option("-m,--message", options->message, "why");
        app.add_option(
            "--durable-objects-code-update-mode", options->code_update_mode, "`immediate` or `deferred`");
        app.add_flag("-y,--yes", options->yes, "ask nothing");
        return [options](Context& context) { return roll_back(*options, context); };
      },
  };
}

} // namespace pyw::commands

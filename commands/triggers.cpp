#include <cloud/triggers.hpp>
#include <commands/cloud_support.hpp>
#include <commands/triggers.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  cloud::WorkerOptions worker;
  bool dry_run = false;
};

Result<int> run(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, require_project(context, config::Purpose::deploy));
  PYW_TRY_ASSIGN(const auto worker,
                 cloud::resolve_worker(project,
                                       options.worker,
                                       cloud::Upload::deployment,
                                       context.options.directory,
                                       context.world.files));
  if (options.dry_run) {
    for (const auto& target : cloud::planned_targets(worker)) {
      context.world.reporter.data(target + "\n");
    }
    context.world.reporter.message("Dry run: nothing was sent");
    return 0;
  }
  PYW_TRY_ASSIGN(auto session, open_session(context, &project));
  PYW_TRY(cloud::check_queues_exist(session.api, session.account, worker));
  cloud::TriggersResult result;
  const auto done = cloud::apply_triggers(session.api,
                                          session.account,
                                          worker,
                                          cloud::FirstDeploy::no,
                                          interaction_of(context),
                                          make_confirm(context, true),
                                          result);
  for (const auto& warning : result.warnings) {
    context.world.reporter.report({Severity::warning, warning, {}, {}, 1, {}});
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, {{"name", worker.name}, {"targets", result.targets}});
  } else {
    for (const auto& target : result.targets) {
      context.world.reporter.data(target + "\n");
    }
  }
  PYW_TRY(done);
  return 0;
}

Runner declare_deploy(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto& worker = options->worker;
  app.add_option("--name", worker.name, "the Worker");
  app.add_option("--route,--routes", worker.routes, "routes instead of the configured ones");
  app.add_option("--domain,--domains", worker.domains, "custom domains beside the configured routes");
  app.add_option(
      "--schedule,--schedules,--triggers", worker.schedules, "cron schedules instead of the configured ones");
  app.add_flag("--dry-run", options->dry_run, "say what would be set");
  return [options](Context& context) { return run(*options, context); };
}

} // namespace

CommandEntry triggers_command() {
  return {
      "triggers",
      "set routes, cron and queues without an upload",
      Group::cloud,
      {{"pyw triggers deploy", "bring the live triggers to what the configuration says"}},
      [](CLI::App& app) {
        return declare_subcommands(app, {{"deploy", "set the configured triggers", declare_deploy}});
      },
  };
}

} // namespace pyw::commands

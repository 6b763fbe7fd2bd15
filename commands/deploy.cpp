#include <base/interrupt.hpp>
#include <cloud/provision.hpp>
#include <cloud/upload.hpp>
#include <commands/deploy.hpp>
#include <commands/deploy_checks.hpp>
#include <commands/deploy_snapshot.hpp>
#include <commands/deploy_steps.hpp>
#include <commands/deploy_syntax.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

/// Says each concern; `--strict` where nobody can be asked stops, as wrangler does.
cloud::Decide make_decide(const DeployOptions& options, Context& context) {
  return [&options, &context](const cloud::Concern& concern) {
    warn(context, concern.message);
    const bool alone = interaction_of(context) == cloud::Interaction::none;
    if (alone && options.strict && concern.kind == cloud::Concern::Kind::overwrites) {
      context.world.reporter.report(
          {Severity::error, "stopped by `--strict`", {}, {}, 1, {"without it the upload goes on"}});
      return false;
    }
    return make_confirm(context, true)(concern.question);
  };
}

/// What Ctrl-C leaves behind, said at the moment that it comes.
class Farewell {
public:
  explicit Farewell(const cloud::Worker& worker) : m_worker(worker) {
    m_guard.end_with("stopped: nothing was deployed, the live Worker is unchanged");
  }

  void at(cloud::UploadMoment moment) {
    const bool version = m_worker.upload == cloud::Upload::version;
    switch (moment) {
    case cloud::UploadMoment::sending:
      m_guard.end_with(version ? "stopped: there may be a new version, it gets no traffic"
                               : "stopped: the old deployment of `" + m_worker.name + "` is still live");
      break;
    case cloud::UploadMoment::deciding: // a moment's wait tells which one is live
      m_guard.note_first(
          "stopped without an answer: `pyw deployments status` shows whether the old or the new "
          "deployment is live");
      break;
    case cloud::UploadMoment::live:
      m_live = true;
      break;
    }
  }

  /// Once the upload is through: whether Ctrl-C came while its answer was awaited.
  [[nodiscard]] bool said() const { return m_guard.noted(); }

  /// The triggers come next.
  void triggers(const std::string& version) {
    if (m_live) {
      m_guard.end_with("stopped: version " + version +
                       " is live; not all triggers may be set: `pyw triggers deploy` sets them");
    }
  }

  [[nodiscard]] int exit_code() const { return 128 + m_guard.signal(); }

private:
  const cloud::Worker& m_worker;
  InterruptGuard m_guard;
  bool m_live = false;
};

Result<int> upload(const DeployOptions& options, cloud::Worker& worker, Context& context) {
  Farewell farewell(worker);
  PYW_TRY_ASSIGN(auto session, open_session(context, worker.project, options.target));
  auto& [api, account] = session;
  const auto decide = make_decide(options, context);
  PYW_TRY_ASSIGN(auto state, cloud::preflight(api, account, worker, options.provision, decide));
  if (worker.upload == cloud::Upload::deployment && !worker.dispatch_namespace) {
    PYW_TRY(cloud::read_latest_deployment(api, account, worker, state, decide));
  }
  auto parts = local_parts(worker, context);
  PYW_TRY(add_migrations(api, account, worker, parts, context));
  PYW_TRY(send_assets(api, account, worker, parts, context));
  PYW_TRY(add_file_secrets(options, context, worker));
  PYW_TRY(add_required_secrets(worker, state));
  PYW_TRY_ASSIGN(const auto size, measure(context, worker));
  report_bundle(context, worker, size);
  if (options.provision && worker.manifest) {
    PYW_TRY_ASSIGN(const auto provisioned, cloud::provision(api, account, worker));
    if (!provisioned.unchecked.empty()) {
      warn(context,
           fmt::format("the token may not look up what {} leads to: it is not checked",
                       cloud::listed(provisioned.unchecked)));
    }
  }
  auto plan = cloud::plan_deploy(worker, state, parts);
  if (options.target) {
    use_extensions(session, worker, plan, context);
  }
  if (options.outfile) {
    PYW_TRY(
        cloud::write_body(worker, plan, context.world.files, context.options.directory / *options.outfile));
  }
  PYW_TRY_ASSIGN(const auto result,
                 cloud::apply_upload(api, account, worker, plan, [&](auto moment) { farewell.at(moment); }));
  if (farewell.said()) {
    context.world.reporter.message(fmt::format("stopped: version {} is live; its triggers were not set: `pyw "
                                               "triggers deploy` sets them",
                                               result.version_id));
    return farewell.exit_code();
  }
  farewell.triggers(result.version_id);
  for (const auto& warning : result.warnings) {
    warn(context, warning);
  }
  for (const auto& note : result.notes) {
    context.world.reporter.message(note);
  }
  if (result.startup_ms) {
    context.world.reporter.message(fmt::format("Worker startup time: {} ms", *result.startup_ms));
  }
  report_bindings(context, worker);
  if (worker.upload == cloud::Upload::version) {
    PYW_TRY(finish_version(session, worker, result, state, size, context));
  } else {
    PYW_TRY(finish_deployment(session, worker, result, state, size, context));
  }
  return 0;
}

Result<void> check(const DeployOptions& options,
                   const cloud::Worker& worker,
                   std::optional<SyntaxCheck>& syntax,
                   Context& context) {
  PYW_TRY_ASSIGN(auto findings, check_worker(worker, context.world.files));
  if (syntax) {
    PYW_TRY_ASSIGN(auto faults, syntax->finish());
    if (faults.empty()) { // what does not parse does not run either
      PYW_TRY_ASSIGN(faults,
                     check_top_level(worker, options.dry_run ? Effort::what_is_known : Effort::run, context));
    }
    findings.insert(findings.begin(), faults.begin(), faults.end());
  }
  if (options.strict && !findings.empty()) {
    Error error;
    for (auto& finding : findings) {
      finding.severity = Severity::error;
    }
    error.diagnostics = std::move(findings);
    error.diagnostics.back().hints.push_back(
        "without `--strict` these are warnings; `--no-check` skips them");
    return failure(std::move(error));
  }
  for (const auto& finding : findings) {
    context.world.reporter.report(finding);
  }
  return {};
}

} // namespace

Result<int> run_upload(const DeployOptions& options, cloud::Upload upload_kind, Context& context) {
  PYW_TRY_ASSIGN(const auto project, require_project(context, config::Purpose::deploy));
  PYW_TRY_ASSIGN(auto worker,
                 cloud::resolve_worker(
                     project, options.worker, upload_kind, context.options.directory, context.world.files));
  if (worker.manifest) {
    for (const auto& warning : worker.manifest->warnings) {
      warn(context, warning);
    }
  }
  std::optional<SyntaxCheck> syntax;
  if (options.check && worker.manifest) {
    PYW_TRY_ASSIGN(auto started, SyntaxCheck::start(worker, context));
    syntax.emplace(std::move(started));
  }
  BundleSize size;
  if (options.dry_run) { // beside the syntax check, which is another process
    PYW_TRY_ASSIGN(size, measure(context, worker));
  }
  if (options.check) {
    PYW_TRY(check(options, worker, syntax, context));
  }
  if (options.outdir) {
    PYW_TRY(write_modules(context, worker, context.options.directory / *options.outdir));
  }
  return options.dry_run ? dry_run(options, worker, size, context) : upload(options, worker, context);
}

CommandEntry deploy_command() {
  return {
      "deploy",
      "upload the Worker and make it live",
      Group::cloud,
      {{"pyw deploy", "deploy the project in this folder"},
       {"pyw deploy --dry-run", "show what would be sent"},
       {"pyw deploy --env staging", "deploy an environment"},
       {"pyw deploy --message 'fix login' --tag v2", "say what it is about"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<DeployOptions>();
        declare_deploy_options(app, *options, cloud::Upload::deployment);
        return
            [options](Context& context) { return run_upload(*options, cloud::Upload::deployment, context); };
      },
  };
}

} // namespace pyw::commands

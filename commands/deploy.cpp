#include <cloud/assets_upload.hpp>
#include <cloud/compressed_size.hpp>
#include <cloud/deploy_plan.hpp>
#include <cloud/provision.hpp>
#include <cloud/triggers.hpp>
#include <cloud/upload.hpp>
#include <commands/deploy.hpp>
#include <commands/deploy_checks.hpp>
#include <commands/deploy_report.hpp>
#include <commands/secrets_file.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

void warn(Context& context, std::string message) {
  context.world.reporter.report({Severity::warning, std::move(message), {}, {}, 1, {}});
}

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

Result<BundleSize> measure(Context& context, const cloud::Worker& worker) {
  BundleSize size;
  if (worker.manifest) {
    size.raw_bytes = worker.manifest->total_size();
    PYW_TRY_ASSIGN(size.gzip_bytes,
                   cloud::compressed_size(
                       *worker.manifest, context.world.files, context.world.environment.cache_directory()));
  }
  return size;
}

/// Secrets that the Worker must have and that nothing here sets are taken over from the live version.
Result<void> add_required_secrets(cloud::Worker& worker, const cloud::RemoteState& state) {
  std::vector<std::string> inherited;
  for (const auto& secret :
       worker.project->required_secrets.value_or(std::vector<config::Located<std::string>>{})) {
    if (!worker.bindings.contains(secret.value)) {
      inherited.push_back(secret.value);
    }
  }
  if (!inherited.empty() && worker.upload == cloud::Upload::deployment && !state.exists) {
    return failure(user_error(
        fmt::format("required secrets have not been set: {}", cloud::listed(inherited)),
        {"a Worker that does not exist yet can have none: send them along with `--secrets-file FILE`"}));
  }
  for (auto& name : inherited) {
    cloud::Binding binding;
    binding.name = std::move(name);
    binding.type = "inherit";
    binding.fields = std::make_shared<cloud::Json>(cloud::Json::object());
    worker.bindings.set(std::move(binding));
  }
  return {};
}

Result<void> add_file_secrets(const DeployOptions& options, Context& context, cloud::Worker& worker) {
  if (!options.secrets_file) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto secrets,
                 read_secrets_file(context.world.files, context.options.directory / *options.secrets_file));
  for (const auto& [name, value] : secrets) {
    cloud::Binding binding;
    binding.name = name;
    binding.type = "secret_text";
    binding.hidden = true;
    binding.fields = std::make_shared<cloud::Json>(cloud::Json{{"value", value.reveal()}});
    worker.bindings.set(std::move(binding));
  }
  return {};
}

Result<void> add_migrations(cloud::Api& api,
                            const std::string& account,
                            const cloud::Worker& worker,
                            cloud::UploadParts& parts,
                            Context& context) {
  if (parts.exports.has_durable_objects || worker.project->migrations.empty()) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto tag, cloud::read_migration_tag(api, account, worker));
  auto plan = cloud::plan_migrations(*worker.project, worker.name, tag);
  if (plan.warning) {
    warn(context, *plan.warning);
  }
  if (plan.payload && worker.upload == cloud::Upload::version) {
    return failure(user_error("a Durable Object migration is pending, which a version cannot carry",
                              {"`pyw deploy` applies it; then `pyw versions upload` works again"}));
  }
  parts.migrations = std::move(plan.payload);
  return {};
}

Result<void> send_assets(cloud::Api& api,
                         const std::string& account,
                         const cloud::Worker& worker,
                         cloud::UploadParts& parts,
                         Context& context) {
  if (!worker.assets) {
    return {};
  }
  PYW_TRY_ASSIGN(auto assets, cloud::read_assets(worker.assets->directory, context.world.files));
  parts.has_assets_headers = assets.has_headers;
  parts.assets_headers = assets.headers;
  parts.has_assets_redirects = assets.has_redirects;
  parts.assets_redirects = assets.redirects;
  PYW_TRY_ASSIGN(const auto sent, cloud::upload_assets(api, account, worker, assets));
  parts.assets_jwt = sent.jwt;
  context.world.reporter.message(
      fmt::format("Assets: {} uploaded, {} known already", sent.uploaded, sent.known));
  return {};
}

cloud::UploadParts local_parts(const cloud::Worker& worker, Context& context) {
  cloud::UploadParts parts;
  parts.exports = cloud::plan_exports(*worker.project);
  parts.package_dependencies = cloud::package_dependencies(
      worker.project->root, worker.section("dependencies_instrumentation"), context.world.files);
  return parts;
}

Result<int> dry_run(const DeployOptions& options, cloud::Worker& worker, Context& context) {
  for (auto& binding : worker.bindings.items()) {
    // What has no resource yet would be inherited or made: nobody is asked in a dry run.
    binding.inherited = binding.type == "kv_namespace" && binding.text("id").empty();
  }
  auto parts = local_parts(worker, context);
  if (worker.assets) {
    PYW_TRY_ASSIGN(const auto assets, cloud::read_assets(worker.assets->directory, context.world.files));
    context.world.reporter.message(
        fmt::format("{} assets in {}", assets.assets.size(), worker.assets->directory.string()));
  }
  PYW_TRY(add_file_secrets(options, context, worker));
  PYW_TRY_ASSIGN(const auto size, measure(context, worker));
  cloud::RemoteState as_if_live;
  as_if_live.exists = true;
  print_plan(context, worker, cloud::plan_deploy(worker, as_if_live, parts), size);
  return 0;
}

Result<void> finish_version(CloudSession& session,
                            const cloud::Worker& worker,
                            const cloud::UploadResult& result,
                            const cloud::RemoteState& state,
                            const BundleSize& size,
                            Context& context) {
  std::string preview;
  std::string alias;
  if (result.has_preview) {
    auto call = cloud::get(cloud::account_path(session.account) + "/workers/workers/" + worker.name);
    call.retry = cloud::Retry::yes;
    PYW_TRY_ASSIGN(const auto live, session.api.require(call));
    const auto subdomain =
        live.is_object() ? live.value("subdomain", cloud::Json::object()) : cloud::Json::object();
    const auto suffix = text_at(subdomain, "preview_url_suffix");
    if (subdomain.value("previews_enabled", cloud::Json(false)) == cloud::Json(true) && !suffix.empty()) {
      preview = "https://" + result.version_id.substr(0, 8) + suffix;
      alias = worker.preview_alias ? "https://" + *worker.preview_alias + suffix : "";
    }
  }
  cloud::Json output = {{"type", "version-upload"},
                        {"version", 1},
                        {"worker_name", worker.name},
                        {"worker_tag", state.worker_tag},
                        {"version_id", result.version_id}};
  for (const auto& [key, url] :
       {std::pair("preview_url", &preview), std::pair("preview_alias_url", &alias)}) {
    if (!url->empty()) {
      output[key] = *url;
    }
  }
  output["worker_name_overridden"] = worker.name_is_overridden();
  output["bundle_size"] = {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}};
  PYW_TRY(write_output(context, output));
  if (context.options.format == OutputFormat::json) {
    print_json(context, output);
    return {};
  }
  context.world.reporter.message(fmt::format("Uploaded version {} of `{}`", result.version_id, worker.name));
  for (const auto* url : {&preview, &alias}) {
    if (!url->empty()) {
      context.world.reporter.data(*url + "\n");
    }
  }
  context.world.reporter.message(
      fmt::format("`pyw versions deploy {}@100` sends traffic to it; triggers, logpush and tail "
                  "consumers take effect with `pyw deploy`",
                  result.version_id));
  return {};
}

Result<void> finish_deployment(CloudSession& session,
                               const cloud::Worker& worker,
                               const cloud::UploadResult& result,
                               const cloud::RemoteState& state,
                               const BundleSize& size,
                               Context& context) {
  cloud::TriggersResult triggers;
  if (!worker.dispatch_namespace) {
    const auto first = state.exists ? cloud::FirstDeploy::no : cloud::FirstDeploy::yes;
    const auto done = cloud::apply_triggers(session.api,
                                            session.account,
                                            worker,
                                            first,
                                            interaction_of(context),
                                            make_confirm(context, true),
                                            triggers);
    for (const auto& warning : triggers.warnings) {
      warn(context, warning);
    }
    if (!done) {
      for (const auto& target : triggers.targets) {
        context.world.reporter.message("  " + target);
      }
      auto error = done.error();
      error.diagnostics.front().hints.push_back(fmt::format("version {} is uploaded", result.version_id));
      return failure(std::move(error));
    }
  }
  cloud::Json output = {
      {"type", "deploy"},
      {"version", 1},
      {"worker_name", worker.name},
      {"worker_tag", state.worker_tag.empty() ? cloud::Json() : cloud::Json(state.worker_tag)},
      {"version_id", result.version_id},
      {"targets", triggers.targets}};
  if (worker.project->environment) {
    output["wrangler_environment"] = *worker.project->environment;
  }
  output["worker_name_overridden"] = worker.name_is_overridden();
  output["bundle_size"] = {{"raw_bytes", size.raw_bytes}, {"gzip_bytes", size.gzip_bytes}};
  PYW_TRY(write_output(context, output));
  report_deployed(context, worker, state, result, triggers, size);
  return {};
}

Result<int> upload(const DeployOptions& options, cloud::Worker& worker, Context& context) {
  PYW_TRY_ASSIGN(auto session, open_session(context, worker.project));
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
  const auto plan = cloud::plan_deploy(worker, state, parts);
  PYW_TRY_ASSIGN(const auto result, cloud::apply_upload(api, account, worker, plan));
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

Result<void> check(const DeployOptions& options, const cloud::Worker& worker, Context& context) {
  PYW_TRY_ASSIGN(auto findings, check_worker(worker, context.world.files));
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
  if (options.check) {
    PYW_TRY(check(options, worker, context));
  }
  if (options.outdir) {
    PYW_TRY(write_modules(context, worker, context.options.directory / *options.outdir));
  }
  return options.dry_run ? dry_run(options, worker, context) : upload(options, worker, context);
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

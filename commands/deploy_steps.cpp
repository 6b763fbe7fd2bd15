#include <cloud/assets_upload.hpp>
#include <cloud/compressed_size.hpp>
#include <cloud/live_config.hpp>
#include <commands/deploy_steps.hpp>
#include <commands/secrets_file.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

void warn(Context& context, std::string message) {
  context.world.reporter.report({Severity::warning, std::move(message), {}, {}, 1, {}});
}

Result<BundleSize> measure(Context& context, const cloud::Worker& worker) {
  BundleSize size;
  if (worker.manifest) {
    size.raw_bytes = worker.manifest->total_size();
    PYW_TRY_ASSIGN(auto compressed,
                   cloud::compressed_sizes(
                       *worker.manifest, context.world.files, context.world.environment.cache_directory()));
    size.gzip_bytes = compressed.total;
    size.gzip_groups = std::move(compressed.groups);
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

namespace {

/// What the plan would change of what is live, nullopt for a Worker that does not exist yet.
Result<std::optional<std::vector<cloud::ConfigChange>>> read_changes(const DeployOptions& options,
                                                                     const cloud::Worker& worker,
                                                                     const cloud::Json& metadata,
                                                                     Context& context) {
  PYW_TRY_ASSIGN(auto session, open_session(context, worker.project, options.target));
  const auto path = cloud::account_path(session.account) + "/workers/services/" + worker.name;
  if (const auto service = session.api.call(cloud::get(path)); !service) {
    return service.error().is_worker_not_found()
               ? Result<std::optional<std::vector<cloud::ConfigChange>>>(std::nullopt)
               : failure(to_error(service.error()));
  }
  PYW_TRY_ASSIGN(const auto live, cloud::read_live_config(session.api, session.account, worker));
  return cloud::config_changes(live, worker, metadata);
}

} // namespace

Result<int>
dry_run(const DeployOptions& options, cloud::Worker& worker, const BundleSize& size, Context& context) {
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
  cloud::RemoteState as_if_live;
  as_if_live.exists = true;
  const auto plan = cloud::plan_deploy(worker, as_if_live, parts);
  if (options.outfile) {
    PYW_TRY(
        cloud::write_body(worker, plan, context.world.files, context.options.directory / *options.outfile));
  }
  PlanReport report{worker, plan, size, PlanReport::Comparison::none, {}};
  if (options.difference) {
    PYW_TRY_ASSIGN(auto changes, read_changes(options, worker, *plan.metadata, context));
    report.comparison = changes ? PlanReport::Comparison::made : PlanReport::Comparison::new_worker;
    report.changes = std::move(changes).value_or(std::vector<cloud::ConfigChange>{});
  }
  print_plan(context, report);
  return 0;
}

} // namespace pyw::commands

#include <commands/deploy_options.hpp>

#include <CLI/CLI.hpp>

namespace pyw::commands {

namespace {

/// Options of wrangler that shape JavaScript, or its own start. Hidden from help.
void declare_ignored_options(CLI::App& app) {
  struct Ignored {
    std::string name;
    int arguments; ///< -1: any number
  };

  static const std::vector<Ignored> flags{
      {"--minify,!--no-minify", 0},
      {"--bundle,!--no-bundle", 0},
      {"--upload-source-maps", 0},
      {"--latest", 0},
      {"--experimental-auto-create,--x-auto-create,!--no-x-auto-create", 0},
      {"--autoconfig,!--no-autoconfig", 0},
      {"--experimental-deploy-helpers,--x-deploy-helpers", 0},
      {"--node-compat", 0}};
  static const std::vector<Ignored> values{{"--define", -1},
                                           {"--alias", -1},
                                           {"--jsx-factory", 1},
                                           {"--jsx-fragment", 1},
                                           {"--tsconfig", 1},
                                           {"--metafile", 1},
                                           {"--old-asset-ttl", 1},
                                           {"--containers-rollout", 1},
                                           {"--env-file", -1}};
  for (const auto& [name, arguments] : flags) {
    app.add_flag(name)->group("");
  }
  for (const auto& [name, arguments] : values) {
    app.add_option(name)->expected(arguments)->group("");
  }
}

/// On, off, or not said: only the last leaves the configuration its say.
void declare_switch(CLI::App& app,
                    const std::string& names,
                    std::optional<bool>& value,
                    const std::string& help) {
  app.add_flag_function(names, [&value](std::int64_t count) { value = count > 0; }, help);
}

void declare_trigger_options(CLI::App& app, cloud::WorkerOptions& worker) {
  app.add_option("--route,--routes", worker.routes, "routes instead of the configured ones");
  app.add_option("--domain,--domains", worker.domains, "custom domains beside the configured routes");
  app.add_option(
      "--schedule,--schedules,--triggers", worker.schedules, "cron schedules instead of the configured ones");
  declare_switch(app, "--logpush,!--no-logpush", worker.logpush, "send trace events to Logpush");
  app.add_option("--dispatch-namespace", worker.dispatch_namespace, "deploy into a dispatch namespace");
  app.add_option("--durable-objects-code-update-mode",
                 worker.code_update_mode,
                 "`immediate`, or `deferred` and the longest delay");
}

} // namespace

void declare_deploy_options(CLI::App& app, DeployOptions& options, cloud::Upload upload) {
  auto& worker = options.worker;
  app.add_option("script,--script", worker.script, "the entry file instead of `main`");
  app.add_flag("--dry-run", options.dry_run, "print what would be done, send nothing");
  app.add_flag(
      "--diff", options.difference, "with --dry-run: also read what is live and show what would change");
  app.add_option("--outdir", options.outdir, "write the modules that are sent into this folder");
  app.add_option("--outfile", options.outfile, "write the upload's whole body into this file");
  app.add_option("--name", worker.name, "the Worker's name instead of the configured one");
  app.add_option("--var,--vars", worker.variables, "NAME:value, on top of the configured variables");
  app.add_option("--compatibility-date", worker.compatibility_date, "instead of the configured date");
  app.add_option("--compatibility-flags,--compatibility-flag",
                 worker.compatibility_flags,
                 "instead of the configured flags");
  app.add_option("--assets", worker.assets, "the folder of static assets");
  declare_switch(
      app, "--keep-vars,!--no-keep-vars", worker.keep_vars, "keep variables that were set in the dashboard");
  app.add_option("--message", worker.message, "what this version is about");
  app.add_option("--tag", worker.tag, "a name for this version");
  app.add_option(
      "--secrets-file", options.secrets_file, "set secrets from a JSON or .env file along with the upload");
  app.add_flag("--strict",
               options.strict,
               "stop where a live setting would be overwritten; warnings of checks are errors");
  app.add_flag("--check,!--no-check", options.check, "check the Python code before anything is sent");
  app.add_flag("--experimental-provision,--x-provision,!--no-experimental-provision,!--no-x-provision",
               options.provision,
               "make resources that bindings name and that do not exist")
      ->group("");
  app.add_option("--target", options.target, "the address of another deploy API");
  if (upload == cloud::Upload::deployment) {
    declare_trigger_options(app, worker);
  } else {
    app.add_option("--preview-alias", worker.preview_alias, "a stable name for the preview URL");
  }
  declare_ignored_options(app);
}

} // namespace pyw::commands

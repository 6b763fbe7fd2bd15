#include <commands/project_loading.hpp>
#include <commands/sync.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct SyncCommandOptions {
  bool force = false;
  bool upgrade = false;
  bool locked = false;
  bool dry_run = false;
};

nlohmann::json to_json(const python::SyncResult& result) {
  auto packages = nlohmann::json::array();
  for (const auto& package : result.packages) {
    packages.push_back({{"name", package.name}, {"version", package.version}});
  }
  auto changes = nlohmann::json::array();
  for (const auto& change : result.changes) {
    changes.push_back({{"name", change.name}, {"before", change.before}, {"after", change.after}});
  }
  return {{"changed", result.changed},
          {"reason", result.why},
          {"python", result.python},
          {"packages", packages},
          {"changes", changes}};
}

Result<int> run_sync(const SyncCommandOptions& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, load_project(context, config::Purpose::sync));
  python::SyncOptions wanted;
  wanted.force = options.force;
  wanted.upgrade = options.upgrade;
  wanted.locked = options.locked;
  wanted.offline = context.options.network == Network::offline;
  const auto mode = options.dry_run ? python::Apply::dry_run : python::Apply::for_real;
  PYW_TRY_ASSIGN(const auto result, python::sync(context.world, project, wanted, mode));
  report_sync(context, project, result);
  return 0;
}

} // namespace

void report_sync(Context& context, const config::Project& project, const python::SyncResult& result) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    reporter.data(to_json(result).dump(2) + "\n");
    return;
  }
  if (result.why.empty()) {
    reporter.message("Nothing to do: `python_modules` is up to date");
    return;
  }
  for (const auto& line : python::summary_lines(result)) {
    reporter.message(line);
  }
  if (const auto hint = python::editor_hint(context.world.files, project); hint && result.changed) {
    reporter.message("hint: " + *hint);
  }
}

CommandEntry sync_command() {
  return {
      "sync",
      "install the packages that pyproject.toml asks for into python_modules",
      Group::project,
      {{"pyw sync", "install what changed; existing pins are kept"},
       {"pyw sync --upgrade", "take the newest versions that fit"},
       {"pyw sync --locked", "in CI: fail when pylock.toml is out of date"},
       {"pyw sync --upgrade --dry-run", "see what an upgrade would bring"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<SyncCommandOptions>();
        app.add_flag("--force", options->force, "install again even when nothing changed");
        auto* upgrade =
            app.add_flag("--upgrade", options->upgrade, "do not keep the versions of pylock.toml");
        app.add_flag("--locked", options->locked, "fail when pylock.toml would change")->excludes(upgrade);
        app.add_flag("--dry-run", options->dry_run, "show what would change, and change nothing");
        return [options](Context& context) { return run_sync(*options, context); };
      },
  };
}

} // namespace pyw::commands

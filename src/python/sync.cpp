#include <base/file_lock.hpp>
#include <base/text.hpp>
#include <python/sync.hpp>

#include <fmt/core.h>

namespace pyw::python {

namespace {

constexpr const char* path_file = "pyw.pth";

SyncResult nothing_to_do(const SyncPlan& plan) {
  SyncResult result;
  result.python = plan.inputs.python.version;
  return result;
}

Result<SyncPlan> make_plan(World& world, const config::Project& project, const SyncOptions& options) {
  PYW_TRY_ASSIGN(auto inputs, read_sync_inputs(world.files, world.environment, project));
  return plan_sync(std::move(inputs), options);
}

} // namespace

Result<SyncResult>
sync(World& world, const config::Project& project, const SyncOptions& options, Apply mode) {
  PYW_TRY_ASSIGN(auto plan, make_plan(world, project, options));
  if (!plan.needed) {
    return nothing_to_do(plan);
  }
  bool waited = false;
  PYW_TRY_ASSIGN(const auto turn, FileLock::acquire(plan.paths.turn, [&] {
                   waited = true;
                   world.reporter.message("another pyw is syncing this project: waiting for it");
                 }));
  if (waited) { // the other one may have done it
    PYW_TRY_ASSIGN(plan, make_plan(world, project, options));
    if (!plan.needed) {
      return nothing_to_do(plan);
    }
  }
  world.reporter.verbose(fmt::format("sync is due: {}", plan.why));
  return apply_sync(world, project, plan, mode);
}

Result<SyncResult> sync_if_needed(World& world, const config::Project& project, bool offline) {
  SyncOptions options;
  options.offline = offline;
  PYW_TRY_ASSIGN(auto result, sync(world, project, options));
  if (result.changed) {
    for (const auto& line : summary_lines(result)) {
      world.reporter.message(line);
    }
  }
  return result;
}

std::vector<std::string> summary_lines(const SyncResult& result) {
  std::vector<std::string> lines{fmt::format("{} {} for Python {}",
                                             result.changed ? "Installed" : "Would install",
                                             counted(result.packages.size(), "package", "packages"),
                                             result.python)};
  if (!result.first) { // the first time everything is new: the number says it
    for (const auto& change : result.changes) {
      lines.push_back("  " + describe(change));
    }
  }
  return lines;
}

std::optional<std::string> editor_hint(const ReadOnlyFileSystem& files, const config::Project& project) {
  const auto library = project.root / ".venv" / "lib";
  const auto entries = files.list(library);
  if (!entries) {
    return std::nullopt;
  }
  for (const auto& entry : *entries) {
    const auto packages = library / entry.name / "site-packages";
    if (!entry.name.starts_with("python3") || files.exists(packages / path_file)) {
      continue;
    }
    return fmt::format("editors that use `.venv` see these packages after: echo {} > {}",
                       shell_quote(project.python_modules().string()),
                       shell_quote((packages / path_file).string()));
  }
  return std::nullopt;
}

} // namespace pyw::python

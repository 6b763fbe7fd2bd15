#include <base/file_watcher.hpp>
#include <commands/types_env.hpp>
#include <commands/types_watch.hpp>

#include <poll.h>

namespace pyw::commands {

namespace {

/// An editor saves in several steps; this is a pause between two of them, not seen by people.
constexpr int settle_milliseconds = 40;

/// Waits until something has changed and then nothing more does.
void wait_for_change(FileWatcher& watcher) {
  pollfd waiting{.fd = watcher.descriptor(), .events = POLLIN, .revents = 0};
  int timeout = -1;
  while (::poll(&waiting, 1, timeout) != 0) {
    if (!watcher.read().empty()) {
      timeout = settle_milliseconds;
    }
  }
}

bool is_left_out(const Path& folder) {
  const auto name = folder.filename().string();
  return name.starts_with('.') || name == "python_modules" || name == "node_modules" || name == "__pycache__";
}

} // namespace

Result<int> watch_project(Context& context, const std::function<Result<config::Project>()>& update) {
  PYW_TRY_ASSIGN(const auto watcher, make_file_watcher());
  PYW_TRY(watcher->watch_file(context.options.directory / "pyproject.toml"));
  for (;;) {
    auto project = update();
    if (project) {
      for (const auto& file : project->read_files) {
        PYW_TRY(watcher->watch_file(file));
      }
      PYW_TRY(watcher->watch_file(project->root / ".dev.vars"));
      if (project->main) {
        PYW_TRY(watcher->watch_tree(project->module_root(), is_left_out));
      }
      for (const auto& other : find_other_workers(context.world.files, *project)) {
        PYW_TRY(watcher->watch_file(other.configuration));
        PYW_TRY(watcher->watch_tree(other.folder, is_left_out));
      }
    } else {
      for (const auto& diagnostic : project.error().diagnostics) {
        context.world.reporter.report(diagnostic);
      }
    }
    wait_for_change(*watcher);
  }
}

} // namespace pyw::commands

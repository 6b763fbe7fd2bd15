// The decision what a sync does, made without touching anything.
#pragma once

#include <base/process.hpp>
#include <python/sync_inputs.hpp>

#include <string>
#include <vector>

namespace pyw::python {

struct SyncOptions {
  bool force = false;   ///< even when nothing changed
  bool upgrade = false; ///< existing pins are not kept
  bool locked = false;  ///< fail when pylock.toml would change
  bool offline = false; ///< only what uv has in its cache
};

/// Where apply works; all below the project's root, so that the last step is a rename on one file system.
struct SyncPaths {
  Path root;
  Path target;       ///< python_modules
  Path lock;         ///< pylock.toml
  Path fresh_lock;   ///< what uv writes; beside the lock because local paths in it are relative to it
  Path work;         ///< .pyw/sync: everything unfinished
  Path fresh_target; ///< below work
  Path turn;         ///< the file that several pyw take turns with
};

struct SyncPlan {
  bool needed = false;
  std::string why; ///< for people: "`pyproject.toml` changed"; empty when not needed
  SyncInputs inputs;
  SyncOptions options;
  SyncPaths paths;
};

/// Which index a command may use beside the user's own.
enum class ExtraIndex { none, pyodide };

[[nodiscard]] SyncPlan plan_sync(SyncInputs inputs, const SyncOptions& options);

/// `uv pip compile`: from pyproject.toml and the SDK to paths.fresh_lock.
[[nodiscard]] Command
compile_command(const SyncPlan& plan, const Path& uv, const Path& interpreter, ExtraIndex extra);

/// `uv pip install`: from paths.fresh_lock to paths.fresh_target. Exactly the packages in `local` are built.
[[nodiscard]] Command install_command(const SyncPlan& plan,
                                      const Path& uv,
                                      const Path& interpreter,
                                      const std::vector<std::string>& local,
                                      ExtraIndex extra);

/// Whether a lock already holds packages from the extra index, which is then asked from the start.
[[nodiscard]] ExtraIndex extra_index_of(const SyncInputs& inputs);

/// A command of uv with what all of them need: the project's folder, no colours, and without the variables
/// that would make uv use another Python or another target.
[[nodiscard]] Command uv_command(const Path& uv, const Path& folder, std::vector<std::string> arguments);

} // namespace pyw::python

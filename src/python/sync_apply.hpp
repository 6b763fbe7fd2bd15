// Does what a SyncPlan says: everything is made below `.pyw/sync` and beside `pylock.toml`, then put in place
// by renames. A kill -9 at any point leaves the old python_modules or the new one, and the next run clears
// the rest.
#pragma once

#include <base/world.hpp>
#include <python/pylock.hpp>
#include <python/sync_plan.hpp>

namespace pyw::python {

struct SyncResult {
  bool changed = false;                ///< python_modules was replaced
  std::string why;                     ///< SyncPlan::why
  std::string python;                  ///< "3.14"
  std::vector<LockedPackage> packages; ///< what is (dry run: would be) there; empty when nothing was to do
  std::vector<PackageChange> changes;  ///< against the pylock.toml before
  bool first = false;                  ///< there was no pylock.toml before
};

/// Whether the new lock and packages are put in place or only found out.
enum class Apply { for_real, dry_run };

/// The turn (SyncPaths::turn) must be held. Fails with nothing changed.
[[nodiscard]] Result<SyncResult>
apply_sync(World& world, const config::Project& project, const SyncPlan& plan, Apply mode);

/// Removes what an interrupted sync left.
[[nodiscard]] Result<void> clear_leftovers(FileSystem& files, const SyncPaths& paths);

/// Takes out of a fresh tree what a Worker has no use for: byte code, uv's lock, console scripts (their first
/// line names an interpreter that does not exist).
[[nodiscard]] Result<void> strip_tree(FileSystem& files, const Path& tree);

/// Fails when a locked package left no `.dist-info` in the tree (the recording of installed projects, PEP
/// 376): a tree that lacks packages never replaces one that has them, whatever uv's exit code says.
[[nodiscard]] Result<void> check_installed(const ReadOnlyFileSystem& files,
                                           const Path& tree,
                                           const std::vector<LockedPackage>& packages);

} // namespace pyw::python

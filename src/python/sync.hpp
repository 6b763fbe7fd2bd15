// `python_modules` made to fit the project: what `pyw sync`, `pyw dev` and `pyw deploy` call.
#pragma once

#include <python/sync_apply.hpp>

namespace pyw::python {

/// Reads, plans and, when something is due, waits for its turn and applies. Starts no process when nothing is
/// to do.
[[nodiscard]] Result<SyncResult>
sync(World& world, const config::Project& project, const SyncOptions& options, Apply mode = Apply::for_real);

/// The same with the options that commands want which need the packages: pins kept, and one line for people
/// when something was installed.
[[nodiscard]] Result<SyncResult>
sync_if_needed(World& world, const config::Project& project, bool offline = false);

/// "Installed 12 packages for Python 3.14", and what changed, one line each.
[[nodiscard]] std::vector<std::string> summary_lines(const SyncResult& result);

/// How an editor that uses the project's `.venv` finds the packages; nullopt when there is no `.venv` or it
/// does already.
[[nodiscard]] std::optional<std::string> editor_hint(const ReadOnlyFileSystem& files,
                                                     const config::Project& project);

} // namespace pyw::python

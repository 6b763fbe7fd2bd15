// What is wrong with a Worker's code as far as can be told without running it: said before anything is sent.
#pragma once

#include <base/filesystem.hpp>
#include <cloud/worker.hpp>

#include <vector>

namespace pyw::commands {

/// Imports of the top level that nothing in the bundle or the runtime answers, classes that bindings name and
/// the entry does not define, native libraries for another machine, secrets of .dev.vars inside files,
/// packages that are not synced. Findings are warnings; `--strict` makes them errors.
[[nodiscard]] Result<std::vector<Diagnostic>> check_worker(const cloud::Worker& worker,
                                                           const ReadOnlyFileSystem& files);

} // namespace pyw::commands

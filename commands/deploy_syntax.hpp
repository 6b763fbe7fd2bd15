// Whether a Worker's own modules parse for the Python that the platform will run them with.
//
// A Python of this machine is asked first, which takes a moment. What it refuses (or all, where there is
// none) goes to the runtime of `pyw dev`, which takes seconds.
#pragma once

#include <cloud/worker.hpp>
#include <commands/command.hpp>

#include <vector>

namespace pyw::commands {

/// One warning a file that does not: the platform has the last word. Where the runtime is not installed,
/// what it would have to tell is not checked (and -v says so): a deployment does not download 50 MB for it.
[[nodiscard]] Result<std::vector<Diagnostic>> check_python_syntax(const cloud::Worker& worker,
                                                                  Context& context);

} // namespace pyw::commands

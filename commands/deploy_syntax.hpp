// Whether a Worker's own modules parse for the Python that the platform will run them with.
#pragma once

#include <cloud/worker.hpp>
#include <commands/command.hpp>

#include <vector>

namespace pyw::commands {

/// One warning a file that does not: the platform has the last word. Asks the runtime that `pyw dev` uses;
/// where it is not installed nothing is checked (and -v says so): a deployment does not download 50 MB for
/// it.
[[nodiscard]] Result<std::vector<Diagnostic>> check_python_syntax(const cloud::Worker& worker,
                                                                  Context& context);

} // namespace pyw::commands

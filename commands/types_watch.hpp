// `pyw types --watch`: the types follow the configuration and the code as they are edited.
#pragma once

#include <commands/command.hpp>
#include <config/project.hpp>

#include <functional>

namespace pyw::commands {

/// Calls `update`, and again after each change of what the project was read from or of its Python code, until
/// the process is stopped. What `update` reports as wrong is shown, and waited for to be mended. Fails when
/// files cannot be watched.
[[nodiscard]] Result<int> watch_project(Context& context,
                                        const std::function<Result<config::Project>()>& update);

} // namespace pyw::commands

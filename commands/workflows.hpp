// `pyw workflows`: Workflows and their instances.
#pragma once

#include <commands/data_support.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry workflows_command();

/// `workflows instances …`, in a file of its own.
[[nodiscard]] Runner declare_workflow_instances(CLI::App& app);

} // namespace pyw::commands

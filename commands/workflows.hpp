// `pyw workflows`: Workflows and their instances.
#pragma once

#include <commands/data_support.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry workflows_command();

/// `workflows instances …`, in a file of its own.
[[nodiscard]] Runner declare_workflow_instances(CLI::App& app);

/// The live workflows unless `place` says otherwise; the local ones need a running `pyw dev`.
[[nodiscard]] Result<DataSession> open_workflows(Context& context, const DataPlace& place);

} // namespace pyw::commands

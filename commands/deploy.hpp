// `pyw deploy` and `pyw versions upload`: from the project to the live Worker.
#pragma once

#include <commands/command.hpp>
#include <commands/deploy_options.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry deploy_command();

/// Runs an upload of either kind; shared with `versions upload`.
[[nodiscard]] Result<int> run_upload(const DeployOptions& options, cloud::Upload upload, Context& context);

} // namespace pyw::commands

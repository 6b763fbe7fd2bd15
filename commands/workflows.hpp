// `pyw workflows`: Workflows and their instances.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry workflows_command();

} // namespace pyw::commands

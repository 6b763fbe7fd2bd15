// `pyw deployments list|status` and `pyw rollback`.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry deployments_command();
[[nodiscard]] CommandEntry rollback_command();

} // namespace pyw::commands

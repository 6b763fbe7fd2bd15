// `pyw triggers deploy`: routes, cron, queues and Workflows without an upload.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry triggers_command();

} // namespace pyw::commands

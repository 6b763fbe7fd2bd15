// `pyw queues`: queues and their consumers.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry queues_command();

} // namespace pyw::commands

// The list of all commands, in the order that help shows them.
#pragma once

#include <commands/command.hpp>

#include <vector>

namespace pyw::commands {

[[nodiscard]] const std::vector<CommandEntry>& command_table();

} // namespace pyw::commands

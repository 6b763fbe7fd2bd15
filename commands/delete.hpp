// `pyw delete`: removes a Worker.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry delete_command();

} // namespace pyw::commands

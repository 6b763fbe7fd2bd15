// `pyw tail`: what a live Worker does, as it happens.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry tail_command();

} // namespace pyw::commands

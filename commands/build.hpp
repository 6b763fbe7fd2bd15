// `pyw build`: the Worker, its memory snapshot and what runs them, as a container image.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry build_command();

} // namespace pyw::commands

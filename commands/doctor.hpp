// `pyw doctor`: what is wrong on this machine or in this project, and what to do about it.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry doctor_command();

} // namespace pyw::commands

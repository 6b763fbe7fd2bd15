// `pyw config`: what the project's files come to.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry config_command();

} // namespace pyw::commands

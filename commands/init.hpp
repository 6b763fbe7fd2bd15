// `pyw init`: a new project out of a template.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry init_command();

} // namespace pyw::commands

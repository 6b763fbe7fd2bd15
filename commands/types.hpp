// `pyw types`: stubs of the runtime and of the project's bindings, for editors and type checkers.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry types_command();

} // namespace pyw::commands

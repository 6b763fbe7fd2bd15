// `pyw versions`: upload, list, view, deploy, secrets.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry versions_command();

} // namespace pyw::commands

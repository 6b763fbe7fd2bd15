// `pyw auth login|logout|token` and `pyw whoami`: who we are to the platform.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry auth_command();
[[nodiscard]] CommandEntry whoami_command();

} // namespace pyw::commands

// `pyw analytics`: the data points that a Worker wrote to Analytics Engine under `pyw dev`.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry analytics_command();

} // namespace pyw::commands

// `pyw edge`: a deploy API of one's own, and the Workers it serves.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry edge_command();

} // namespace pyw::commands

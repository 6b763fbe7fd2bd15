// `pyw r2`: buckets and objects of the live R2.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry r2_command();

} // namespace pyw::commands

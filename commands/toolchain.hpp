// `pyw toolchain list|install|path|prune|export|import`: the parts that pyw drives, in the cache.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry toolchain_command();

} // namespace pyw::commands

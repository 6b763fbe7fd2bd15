// `pyw add` and `pyw remove`: pyproject.toml edited by uv, then a sync.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry add_command();
[[nodiscard]] CommandEntry remove_command();

} // namespace pyw::commands

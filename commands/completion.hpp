// `pyw completion bash|zsh|fish`: a script on stdout.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry completion_command();

} // namespace pyw::commands

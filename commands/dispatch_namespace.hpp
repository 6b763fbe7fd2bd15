// `pyw dispatch-namespace`: the namespaces that Workers for Platforms are uploaded into.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry dispatch_namespace_command();

} // namespace pyw::commands

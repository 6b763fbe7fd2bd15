// `pyw kv`: namespaces, keys and bulk operations of the live KV.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry kv_command();

/// `kv namespace …`, in a file of its own.
[[nodiscard]] Runner declare_kv_namespace(CLI::App& app);

} // namespace pyw::commands

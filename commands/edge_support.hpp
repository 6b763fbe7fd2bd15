// What the subcommands of `pyw edge` share.
#pragma once

#include <commands/command.hpp>

#include <optional>

namespace pyw::commands {

/// `--data DIR`, else $XDG_DATA_HOME/pyw/edge, else ~/.local/share/pyw/edge (XDG Base Directory
/// Specification 0.8). Absolute.
[[nodiscard]] Path edge_data(const std::optional<Path>& given, const Context& context);

/// `pyw edge token`: declares its subcommands.
[[nodiscard]] Runner declare_edge_token(CLI::App& app);

/// `pyw edge backup`, `restore` and `gc`.
[[nodiscard]] Runner declare_edge_backup(CLI::App& app);
[[nodiscard]] Runner declare_edge_restore(CLI::App& app);
[[nodiscard]] Runner declare_edge_gc(CLI::App& app);

} // namespace pyw::commands

// The help texts, made from the command table.
#pragma once

#include <commands/command.hpp>

#include <span>
#include <string>

namespace pyw::commands {

/// `pyw --help`: the commands by group.
[[nodiscard]] std::string overview_help(std::span<const CommandEntry> commands);

/// `pyw help CMD` and `pyw CMD --help`: usage, options (from `app`), examples.
[[nodiscard]] std::string command_help(const CommandEntry& command, const CLI::App& app);

} // namespace pyw::commands

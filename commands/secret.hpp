// `pyw secret`: put, list, delete, bulk. Values come from stdin or a file, never from the command line, and
// are never shown.
#pragma once

#include <commands/cloud_support.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw::commands {

[[nodiscard]] CommandEntry secret_command();

/// A value from stdin, without white space at its end; on a terminal it is asked for without echo.
[[nodiscard]] Result<Secret> read_secret_value(Context& context, const std::string& name);

/// The same for a secret that is to be stored: nothing at all is refused.
[[nodiscard]] Result<Secret> read_some_secret(Context& context, const std::string& key);

/// Of a file, else of stdin.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::optional<Secret>>>>
read_bulk_secrets(Context& context, const std::optional<std::string>& file);

/// Whose secrets: `--name` with `--env` means "name-env", as wrangler has it.
[[nodiscard]] Result<std::string> secret_owner(const std::optional<std::string>& name,
                                               const std::optional<config::Project>& project,
                                               const Context& context);

} // namespace pyw::commands

// Secrets in a file or on stdin: JSON ({"NAME": "value"}) or lines of NAME=value (.env).
#pragma once

#include <base/filesystem.hpp>
#include <base/secret.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::commands {

/// In the text's order. A null in JSON becomes nullopt: the secret is to be removed. Fails, without showing
/// any value, on anything that is neither format, and on values that are no text.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::optional<Secret>>>>
parse_secrets(std::string_view text);

/// The secrets of a file; one that is to be removed is an error here.
[[nodiscard]] Result<std::vector<std::pair<std::string, Secret>>>
read_secrets_file(const ReadOnlyFileSystem& files, const Path& path);

} // namespace pyw::commands

// What `pyw config` shows: the resolved configuration as one tree, and paths into it. Secrets are never in
// it.
#pragma once

#include <config/project.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::config {

/// Stands for every secret.
inline constexpr std::string_view hidden = "(hidden)";

/// {config_file, root, environment, environments, name, python_version, pyproject?, configuration, secrets}.
/// Secrets have their names only; passwords inside the configuration (hyperdrive's localConnectionString, a
/// local S3 key) are replaced too.
[[nodiscard]] Value report_of(const Project& project);

/// A line per value, in TOML's spelling: `vars.STAGE = "top"`, `kv_namespaces[0].binding = "KV"`. Empty
/// tables and arrays have a line too.
[[nodiscard]] std::string to_lines(const Value& value, const std::string& prefix = {});

/// Follows "vars.STAGE", "kv_namespaces[0].binding" or "kv_namespaces.0.binding" from a table; a key with
/// dots is quoted: `vars."a.b"`. nullptr when there is nothing.
[[nodiscard]] const Value* find_path(const Value& root, std::string_view path);

} // namespace pyw::config

// A project's name: what it may be, and how it is written into a template's files. The text around it stays
// as it is, comments and all: only the value is replaced.
#pragma once

#include <templates/file_tree.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::templates {

/// What both wrangler (`name`) and Python packaging (PEP 508) take: lower-case letters, digits, `-` and `_`,
/// a letter or digit at both ends, at most 63 characters (a DNS label: the name becomes one of workers.dev).
[[nodiscard]] bool is_valid_name(std::string_view name);

/// The nearest valid name: "My App!" -> "my-app"; "my-worker" when nothing is left.
[[nodiscard]] std::string valid_name_from(std::string_view text);

/// pyproject.toml with `[project] name` set; nullopt when there is none.
[[nodiscard]] std::optional<std::string> with_pyproject_name(std::string_view text, std::string_view name);

/// wrangler.toml with `name` at the top level set or added.
[[nodiscard]] std::string with_wrangler_toml_name(std::string_view text, std::string_view name);

/// wrangler.json or .jsonc with the outermost `name` set or added; nullopt when the text is no object.
[[nodiscard]] std::optional<std::string> with_wrangler_json_name(std::string_view text,
                                                                 std::string_view name);

/// Writes the name into the files at the tree's top that carry one.
void set_project_name(FileTree& tree, std::string_view name);

/// The value of `[project] KEY = "…"` in pyproject.toml; empty when there is none.
[[nodiscard]] std::string pyproject_text(std::string_view text, std::string_view key);

} // namespace pyw::templates

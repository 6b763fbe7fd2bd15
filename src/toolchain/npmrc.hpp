// .npmrc files and npm_config_… variables, as npm reads them. No I/O.
#pragma once

#include <base/environment.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::toolchain {

/// Keys as npm writes them: "registry", "@scope:registry", "//host/path/:_authToken".
using NpmKeys = std::map<std::string, std::string>;

/// The `key = value` lines of an .npmrc (ini: `;` and `#` start comments, quotes are taken off, `${NAME}` and
/// `${NAME?}` stand for environment variables; an unset one stays as written, or becomes empty with `?`).
/// Array lines (`key[] = …`) and sections mean nothing to us and are skipped.
[[nodiscard]] NpmKeys parse_npmrc(std::string_view text, const Environment& environment);

/// npm_config_KEY and NPM_CONFIG_KEY, with `_` for `-`; keys that start with `//` or `@` are taken as they
/// are.
[[nodiscard]] NpmKeys npm_keys_of(const Environment& environment);

/// The value of `suffix` (":_authToken") for the longest key that is a parent of `url`, as npm finds
/// credentials: //host/a/b/:_authToken, then //host/a/:_authToken, then //host/:_authToken.
[[nodiscard]] std::optional<std::string>
find_for_url(const NpmKeys& keys, std::string_view url, std::string_view suffix);

} // namespace pyw::toolchain

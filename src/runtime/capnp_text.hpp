// Cap'n Proto's text format, as workerd reads its configuration (workerd.capnp, capnproto.org/language.html).
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::runtime {

/// A string literal.
[[nodiscard]] std::string capnp_string(std::string_view text);

/// `embed "path"`: the file's content in the place of a value. The path is absolute; workerd must be started
/// with
/// `-I /` for it.
[[nodiscard]] std::string capnp_embed(std::string_view absolute_path);

/// A module of a Worker (Worker.Module of workerd.capnp): `(name = "a.js", esModule = …)`. `kind` is the
/// field, `value` what capnp_string or capnp_embed gives.
[[nodiscard]] std::string capnp_module(std::string_view name, std::string_view kind, std::string_view value);

/// A module that is a file.
[[nodiscard]] std::string embedded_module(std::string_view name, std::string_view kind, const Path& file);

/// A module in JavaScript that is a file.
[[nodiscard]] std::string embedded_script(std::string_view name, const Path& file);

/// One field of a struct: its name and its value as text.
using CapnpField = std::pair<std::string, std::string>;

/// `(a = 1, b = "x")` on one line. Fields with an empty value are left out.
[[nodiscard]] std::string capnp_struct(const std::vector<CapnpField>& fields);

/// `[…]`, one element a line, each indented by `indent` blanks and the brackets by two less; `[]` when empty.
[[nodiscard]] std::string capnp_list(const std::vector<std::string>& elements, std::size_t indent);

/// A whole configuration. `rest`: its lines after these two fields, each with its line end.
[[nodiscard]] std::string workerd_config(const std::vector<std::string>& services,
                                         const std::vector<std::string>& extensions,
                                         std::string_view rest);

} // namespace pyw::runtime

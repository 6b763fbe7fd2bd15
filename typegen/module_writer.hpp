// A Python stub module from the text of its definitions: the imports it needs, and nothing it does not.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace pyw::typegen {

/// The identifiers in Python source, string literals and comments aside.
[[nodiscard]] std::set<std::string, std::less<>> identifiers_in(std::string_view python);

/// The whole module, from the text of its definitions. `prelude_names` are what js._prelude defines; `own` is
/// the module's own name ("_raw").
[[nodiscard]] std::string write_module(std::string_view own,
                                       std::string_view definitions,
                                       const std::set<std::string, std::less<>>& prelude_names);

/// The names that a stub defines at its top level, in order, private ones included.
[[nodiscard]] std::set<std::string, std::less<>> names_defined_in(std::string_view python);

} // namespace pyw::typegen

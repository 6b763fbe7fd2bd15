// What Python code takes from the module `js`.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace pyw::typegen {

/// Adds what the source names as `js.Name`, or takes by `from js import Name`. Any text is understood.
void add_names_of_js(std::string_view python, std::set<std::string, std::less<>>& names);

} // namespace pyw::typegen

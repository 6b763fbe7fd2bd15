// `class Reader[R = Any]` lets a checker find out for itself how R varies, which mypy does by comparing every
// member of the class with itself, up to three times: a fifth of what the stubs cost it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pyw::typegen {

/// Writes the generic classes of the modules as `class Reader(JsClass, Generic[_R_co])`, with the variables
/// declared before them. Protocols, whose variance checkers compare with their own result, stay as they are.
void declare_type_variables(std::map<std::string_view, std::string>& modules);

} // namespace pyw::typegen

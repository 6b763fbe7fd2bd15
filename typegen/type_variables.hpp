// `class Reader[R = Any]` lets a checker find out for itself how R varies, which mypy does by comparing every
// member of the class with itself, up to three times: a fifth of what the stubs cost it.
#pragma once

#include <string>
#include <string_view>

namespace pyw::typegen {

/// The module's text with its generic classes written as `class Reader(JsClass, Generic[_R])`, the variables
/// declared before them. Protocols, whose variance checkers compare with their own result, stay as they are.
[[nodiscard]] std::string declare_type_variables(std::string_view definitions);

} // namespace pyw::typegen

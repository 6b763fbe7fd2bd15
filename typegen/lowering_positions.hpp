// Small questions about where a value stands and what a member is, asked in all of the lowering.
#pragma once

#include <typegen/lowering.hpp>

namespace pyw::typegen {

[[nodiscard]] inline bool is_in(Position position) {
  return position == Position::raw_in || position == Position::env_in;
}

[[nodiscard]] inline bool is_raw(Position position) {
  return position == Position::raw_in || position == Position::raw_out;
}

/// What a value's own parts are seen as: only the outermost object, and the elements of an outermost list,
/// are wrapped (rpc.py of the SDK: _convert_result).
[[nodiscard]] inline Position inside(Position position) {
  return position == Position::env_top ? Position::env_nested : position;
}

/// What a class of that form gives, and takes.
[[nodiscard]] inline Position outward(Form form) {
  return form == Form::env ? Position::env_top : Position::raw_out;
}

[[nodiscard]] inline Position inward(Form form) {
  return form == Form::env ? Position::env_in : Position::raw_in;
}

[[nodiscard]] inline bool is_symbol_name(std::string_view name) {
  return name.starts_with("@@");
}

[[nodiscard]] inline bool is_never(const Type* type) {
  return type != nullptr && type->kind == TypeKind::primitive && type->text == "never";
}

} // namespace pyw::typegen

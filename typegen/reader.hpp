// TypeScript declarations as text -> Program. Reads what a .d.ts file can hold; what it does not know is kept
// as TypeKind::other and listed in Program::unknown, never dropped and never fatal.
#pragma once

#include <typegen/ir.hpp>

#include <string_view>
#include <vector>

namespace pyw::typegen {

/// Reads one or several files into one program; declarations of one name merge, as in TypeScript. The texts
/// must outlive the program. Any bytes are accepted. `.ts` modules count as global: their `export` is
/// ignored.
[[nodiscard]] Program read_declarations(const std::vector<std::string_view>& sources);

} // namespace pyw::typegen

// One text of declarations as several that can be parsed apart, at the same time.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace pyw::typegen {

struct SourcePiece {
  std::string_view text;
  std::size_t lines_before = 0; ///< in the whole text
};

/// Cuts between declarations of the outermost level, into pieces of about `wanted` bytes; together they are
/// the whole text. One piece where brackets do not match, so that it cannot be told what is outermost.
[[nodiscard]] std::vector<SourcePiece> split_declarations(std::string_view source, std::size_t wanted);

} // namespace pyw::typegen

// One text of declarations as several that can be parsed apart, at the same time, and without what a parser
// only passes over: comments, which are half of the runtime's declarations, and indentation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

/// Where in a text something begins.
struct TextPosition {
  std::size_t line = 0;   ///< from 1
  std::size_t column = 0; ///< from 1, bytes
};

struct Comment {
  std::size_t offset = 0; ///< where it stood in the piece's text
  std::string_view text;  ///< in the source
};

struct SourcePiece {
  std::string_view text;   ///< to be parsed
  std::string_view source; ///< what it was made from
  std::size_t lines_before = 0;
  std::vector<Comment> comments = {}; ///< in order

  /// The last comment between two places of the text; empty when there is none.
  [[nodiscard]] std::string_view last_comment(std::size_t from, std::size_t to) const;
  /// Where in the whole source that place of the text stood.
  [[nodiscard]] TextPosition position(std::size_t offset) const;
};

struct SourcePieces {
  std::string text; ///< of all pieces, which are views of it
  std::vector<SourcePiece> pieces = {};
};

/// Cuts between declarations of the outermost level, into pieces made from about `wanted` bytes. One piece
/// where brackets do not match, so that it cannot be told what is outermost. `source` must outlive the
/// pieces.
[[nodiscard]] SourcePieces split_declarations(std::string_view source, std::size_t wanted);

} // namespace pyw::typegen

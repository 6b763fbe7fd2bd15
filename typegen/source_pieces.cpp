#include <typegen/source_pieces.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

/// Behind a comment or a quoted text that starts at `index`; `index` itself when none starts there.
std::size_t skip_quoted(std::string_view source, std::size_t index) {
  if (source[index] != '/' && source[index] != '"' && source[index] != '\'' && source[index] != '`') {
    return index; // most of them
  }
  const auto rest = source.substr(index);
  const auto after = [&](std::string_view end, std::size_t start) {
    const auto found = source.find(end, start);
    return found == std::string_view::npos ? source.size() : found + end.size();
  };
  if (rest.starts_with("//")) {
    return std::min(source.find('\n', index), source.size());
  }
  if (rest.starts_with("/*")) {
    return after("*/", index + 2);
  }
  const char quote = rest.front();
  if (quote == '/') {
    return index;
  }
  for (++index; index < source.size() && source[index] != quote; ++index) {
    index += source[index] == '\\' ? 1 : 0;
    if (quote != '`' && index < source.size() && source[index] == '\n') {
      break; // not closed on its line: no text after all
    }
  }
  return std::min(index + 1, source.size());
}

} // namespace

std::vector<SourcePiece> split_declarations(std::string_view source, std::size_t wanted) {
  std::vector<SourcePiece> pieces;
  const SourcePiece whole{source, 0};
  std::size_t start = 0;
  std::size_t lines = 0;
  int depth = 0;
  char last = ' '; // that is no blank
  for (std::size_t index = 0; index < source.size();) {
    if (const auto behind = skip_quoted(source, index); behind != index) {
      index = behind;
      last = '/'; // a comment belongs to what follows it
      continue;
    }
    const char c = source[index++];
    if (c == ' ' || is_name_letter(c)) { // most of them
      last = c == ' ' ? last : c;
      continue;
    }
    depth += c == '{' || c == '(' || c == '[' ? 1 : c == '}' || c == ')' || c == ']' ? -1 : 0;
    if (depth < 0) {
      return {whole};
    }
    // What starts with a letter or a comment in the first column, behind `}` or `;`, is a new declaration.
    const bool may_cut = c == '\n' && depth == 0 && (last == '}' || last == ';') && index - start >= wanted &&
                         index < source.size() && (is_name_letter(source[index]) || source[index] == '/');
    if (may_cut) {
      pieces.push_back({source.substr(start, index - start), lines});
      lines += static_cast<std::size_t>(std::count(source.begin() + static_cast<std::ptrdiff_t>(start),
                                                   source.begin() + static_cast<std::ptrdiff_t>(index),
                                                   '\n'));
      start = index;
    }
    last = c == ' ' || c == '\t' || c == '\r' || c == '\n' ? last : c;
  }
  if (depth != 0) {
    return {whole};
  }
  pieces.push_back({source.substr(start), lines});
  return pieces;
}

} // namespace pyw::typegen

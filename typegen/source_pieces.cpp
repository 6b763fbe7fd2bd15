#include <typegen/source_pieces.hpp>

#include <algorithm>
#include <array>

namespace pyw::typegen {

namespace {

/// Templates in templates in templates; a text that nests deeper wants to overflow our stack.
constexpr int template_depth_limit = 20;

/// A shorter text is kept inside of the string itself, and moves with it.
constexpr std::size_t smallest_text = 64;

enum class Kind : unsigned char { other, blank, newline, opening, closing, quote, slash };

constexpr auto kinds = [] {
  std::array<Kind, 256> table{};
  for (const char c : {' ', '\t', '\r', '\v', '\f'}) {
    table[static_cast<unsigned char>(c)] = Kind::blank;
  }
  for (const char c : {'(', '[', '{'}) {
    table[static_cast<unsigned char>(c)] = Kind::opening;
  }
  for (const char c : {')', ']', '}'}) {
    table[static_cast<unsigned char>(c)] = Kind::closing;
  }
  for (const char c : {'"', '\'', '`'}) {
    table[static_cast<unsigned char>(c)] = Kind::quote;
  }
  table['\n'] = Kind::newline;
  table['/'] = Kind::slash;
  return table;
}();

Kind kind_of(char c) {
  return kinds[static_cast<unsigned char>(c)];
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

/// Behind the comment that starts at `index`; `index` itself when none starts there.
std::size_t skip_comment(std::string_view source, std::size_t index) {
  const auto opening = source.substr(index, 2);
  if (opening == "//") {
    return std::min(source.find('\n', index), source.size());
  }
  if (opening == "/*") {
    const auto end = source.find("*/", index + 2);
    return end == std::string_view::npos ? source.size() : end + 2;
  }
  return index;
}

/// Behind a text in quotes, or as far as its line when it is not closed there: it is no text after all.
std::size_t skip_text(std::string_view source, std::size_t index, char quote) {
  for (++index; index < source.size() && source[index] != quote; ++index) {
    index += source[index] == '\\' ? 1 : 0;
    if (index < source.size() && source[index] == '\n') {
      break;
    }
  }
  return std::min(index + 1, source.size());
}

std::size_t skip_quoted(std::string_view source, std::size_t index, int depth);

/// Behind the brace that closes a `${` whose contents begin at `index`.
std::size_t skip_substitution(std::string_view source, std::size_t index, int depth) {
  for (int open = 1; index < source.size() && open > 0;) {
    const char c = source[index];
    const auto behind = kind_of(c) == Kind::quote   ? skip_quoted(source, index, depth)
                        : kind_of(c) == Kind::slash ? skip_comment(source, index)
                                                    : index;
    open += c == '{' ? 1 : c == '}' ? -1 : 0;
    index = std::max(behind, index + 1);
  }
  return index;
}

std::size_t skip_quoted(std::string_view source, std::size_t index, int depth) {
  const char quote = source[index];
  if (quote != '`') {
    return skip_text(source, index, quote);
  }
  for (++index; index < source.size() && source[index] != '`';) {
    if (source.substr(index, 2) == "${" && depth < template_depth_limit) {
      index = skip_substitution(source, index + 2, depth + 1);
    } else {
      index += source[index] == '\\' ? 2 : 1;
    }
  }
  return std::min(index + 1, source.size());
}

/// Behind a regular expression of code, which may look as if a comment began in it.
std::size_t skip_pattern(std::string_view source, std::size_t index) {
  const auto end = skip_text(source, index, '/');
  return source[end - 1] == '/' ? end : index + 1;
}

/// Copies a source without its comments and indentation, and finds where it can be cut.
class Stripper {
public:
  /// Stops behind `longest` bytes of text.
  Stripper(std::string_view source, std::string& out, std::size_t wanted, std::size_t longest)
      : m_source(source), m_out(out), m_wanted(wanted), m_longest(longest) {}

  /// False when brackets do not match: there is one piece then.
  bool run() {
    while (m_index < limit()) {
      skip_plain();
      if (m_index < limit()) {
        step();
      }
    }
    copy();
    if (!m_matches || m_depth != 0) {
      return false;
    }
    m_cuts.push_back({m_source.size(), m_out.size(), m_comments.size()});
    return true;
  }

  struct Cut {
    std::size_t in_source = 0;
    std::size_t in_text = 0;
    std::size_t comments = 0;
  };

  [[nodiscard]] const std::vector<Cut>& cuts() const { return m_cuts; }

  [[nodiscard]] const std::vector<Comment>& comments() const { return m_comments; }

  /// Of the source, how far it has been read that the text of `offset` bytes needs.
  [[nodiscard]] std::size_t source_offset(std::size_t offset) const {
    return m_copied - std::min(m_copied, m_out.size() - std::min(offset, m_out.size()));
  }

private:
  [[nodiscard]] std::size_t limit() const {
    return std::min(m_source.size(), m_copied + m_longest + 1 - std::min(m_out.size(), m_longest + 1));
  }

  void skip_plain() {
    auto index = m_index;
    for (const auto end = limit(); index < end; ++index) {
      const auto kind = kind_of(m_source[index]);
      if (kind == Kind::other) {
        m_last = m_source[index];
      } else if (kind != Kind::blank) {
        break;
      }
    }
    m_index = index;
  }

  void step() {
    const char c = m_source[m_index];
    switch (kind_of(c)) {
    case Kind::newline:
      end_line();
      return;
    case Kind::slash:
      if (const auto behind = skip_comment(m_source, m_index); behind != m_index) {
        take_out(behind);
      } else {
        m_index = skip_pattern(m_source, m_index);
        m_last = c;
      }
      return;
    case Kind::quote:
      m_index = skip_quoted(m_source, m_index, 0);
      m_last = '/';
      return;
    case Kind::opening:
      ++m_depth;
      break;
    case Kind::closing:
      m_matches = --m_depth >= 0 && m_matches;
      break;
    default:
      break;
    }
    m_last = c;
    ++m_index;
  }

  void copy() {
    m_out += m_source.substr(m_copied, m_index - m_copied);
    m_copied = m_index;
  }

  void skip_blanks() {
    while (m_index < m_source.size() &&
           (kind_of(m_source[m_index]) == Kind::blank || kind_of(m_source[m_index]) == Kind::newline)) {
      ++m_index;
    }
    m_copied = m_index;
  }

  /// What starts with a letter or a comment in the first column, behind `}` or `;`, is a new declaration.
  void end_line() {
    ++m_index;
    copy();
    skip_blanks();
    if (m_depth == 0 && (m_last == '}' || m_last == ';') && m_index - m_start >= m_wanted &&
        m_index < m_source.size() && m_source[m_index - 1] == '\n' &&
        (is_name_letter(m_source[m_index]) || m_source[m_index] == '/')) {
      m_cuts.push_back({m_index, m_out.size(), m_comments.size()});
      m_start = m_index;
    }
  }

  /// A comment, up to `behind`. It parts words, and lines where it spans them.
  void take_out(std::size_t behind) {
    copy();
    const auto comment = m_source.substr(m_index, behind - m_index);
    m_index = behind;
    m_copied = behind;
    m_last = '/'; // it belongs to what follows it
    const bool is_at_start = m_out.empty() || m_out.back() == '\n';
    if (!is_at_start && comment.starts_with("/*")) {
      m_out += comment.find('\n') == std::string_view::npos ? ' ' : '\n';
    }
    m_comments.push_back({m_out.size(), comment});
    if (m_out.empty() || m_out.back() == '\n') {
      skip_blanks();
    }
  }

  std::string_view m_source;
  std::string& m_out;
  std::size_t m_wanted;
  std::size_t m_longest;
  std::size_t m_index = 0;
  std::size_t m_copied = 0; ///< how far the source is in m_out, or left out
  std::size_t m_start = 0;  ///< of the piece
  int m_depth = 0;
  bool m_matches = true;
  char m_last = ' '; ///< that is no blank
  std::vector<Cut> m_cuts;
  std::vector<Comment> m_comments;
};

} // namespace

std::string_view SourcePiece::last_comment(std::size_t from, std::size_t to) const {
  const auto behind =
      std::upper_bound(comments.begin(), comments.end(), to, [](std::size_t offset, const Comment& each) {
        return offset < each.offset;
      });
  return behind == comments.begin() || (behind - 1)->offset < from ? std::string_view{} : (behind - 1)->text;
}

TextPosition SourcePiece::position(std::size_t offset) const {
  std::string again;
  Stripper stripper(source, again, source.size(), offset);
  static_cast<void>(stripper.run());
  const auto before = source.substr(0, stripper.source_offset(offset));
  const auto line_start = before.rfind('\n') + 1;
  return {lines_before + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          before.size() - line_start + 1};
}

SourcePieces split_declarations(std::string_view source, std::size_t wanted) {
  SourcePieces made;
  made.text.reserve(std::max(source.size(), smallest_text)); // so that the views stay: it only gets shorter
  Stripper stripper(source, made.text, wanted, source.size());
  if (!stripper.run()) {
    made.pieces.push_back({made.text, source, 0, stripper.comments()});
    return made;
  }
  Stripper::Cut start;
  std::size_t lines = 0;
  for (const auto& cut : stripper.cuts()) {
    SourcePiece piece{std::string_view(made.text).substr(start.in_text, cut.in_text - start.in_text),
                      source.substr(start.in_source, cut.in_source - start.in_source),
                      lines};
    for (auto index = start.comments; index < cut.comments; ++index) {
      const auto& comment = stripper.comments()[index];
      piece.comments.push_back({comment.offset - start.in_text, comment.text});
    }
    lines += static_cast<std::size_t>(std::count(piece.source.begin(), piece.source.end(), '\n'));
    made.pieces.push_back(std::move(piece));
    start = cut;
  }
  return made;
}

} // namespace pyw::typegen

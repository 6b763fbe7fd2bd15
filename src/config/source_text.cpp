#include <base/text.hpp>
#include <config/source_text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace pyw::config {

std::string without_byte_order_mark(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.erase(0, 3);
  }
  return text;
}

namespace {

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// Length of the character at `at`, 0 when it is not valid. The ranges of the second byte are those of RFC
/// 3629, 4.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text, at + i)) {
      return 0;
    }
  }
  if (length < 3) {
    return length;
  }
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

} // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_length(text, at);
    if (length == 0) {
      return at;
    }
    at += length;
  }
  return std::string_view::npos;
}

LineIndex::LineIndex(std::string_view text, std::uint32_t file) : m_text(text), m_file(file), m_starts{0} {
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    m_starts.push_back(end + 1);
  }
}

Place LineIndex::place(std::size_t offset, std::size_t length) const {
  offset = std::min(offset, m_text.size());
  const auto line = std::upper_bound(m_starts.begin(), m_starts.end(), offset) - m_starts.begin();
  const auto start = m_starts[static_cast<std::size_t>(line - 1)];
  auto end = std::min(m_text.find('\n', offset), m_text.size());
  if (end > offset && m_text[end - 1] == '\r') {
    --end;
  }
  const auto cut = std::max<std::size_t>(1, std::min(length, end - offset));
  return {m_file,
          static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(offset - start + 1),
          static_cast<std::uint32_t>(cut)};
}

std::size_t LineIndex::offset(std::size_t line, std::size_t column) const {
  if (line == 0 || line > m_starts.size()) {
    return m_text.size();
  }
  return std::min(m_starts[line - 1] + (column == 0 ? 0 : column - 1), m_text.size());
}

std::size_t skip_string(std::string_view text, std::size_t at, SourceLanguage language) {
  const char quote = text[at];
  const std::string triple(3, quote);
  const bool multi_line = language == SourceLanguage::toml && text.substr(at).starts_with(triple);
  at += multi_line ? 3 : 1;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.front() == '\\' && quote == '"') {
      at += 2;
    } else if (multi_line ? rest.starts_with(triple) : (rest.front() == quote || rest.front() == '\n')) {
      return at + (multi_line ? 3 : 1);
    } else {
      ++at;
    }
  }
  return text.size();
}

namespace {

/// The offset after the `}` that closes the inline table at `at`; npos when there is none. `visit` is called
/// with every character of it that is in no string and no comment, and with the `#` of comments.
template <typename Visit>
std::size_t walk_inline_table(std::string_view text, std::size_t at, Visit visit) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      visit(at);
      at = skip_string(text, at, SourceLanguage::toml);
      continue;
    }
    visit(at);
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    depth += c == '{' ? 1 : 0;
    depth -= c == '}' ? 1 : 0;
    ++at;
    if (depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

void blank(std::string& text, std::size_t from, std::size_t to) {
  std::fill(
      text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(to), ' ');
}

/// Blanks line breaks, comments and trailing commas of the inline table at `start`.
void join_one(std::string_view source, std::string& text, std::size_t start) {
  std::size_t comma = std::string_view::npos;
  walk_inline_table(source, start, [&](std::size_t at) {
    const char c = source[at];
    if (c == '#') {
      blank(text, at, std::min(source.find('\n', at), source.size()));
    } else if (c == '\n' || c == '\r') {
      text[at] = ' ';
    } else if (c == '}' && comma != std::string_view::npos) {
      text[comma] = ' ';
      comma = std::string_view::npos;
    } else if (c != ' ' && c != '\t') {
      comma = c == ',' ? at : std::string_view::npos;
    }
  });
}

} // namespace

std::string join_inline_tables(std::string_view source) {
  std::string text(source);
  for (std::size_t at = 0; at < source.size();) {
    const char c = source[at];
    if (c == '"' || c == '\'') {
      at = skip_string(source, at, SourceLanguage::toml);
    } else if (c == '#') {
      at = std::min(source.find('\n', at), source.size());
    } else if (c == '{') {
      const auto end = walk_inline_table(source, at, [](std::size_t) {});
      if (end == std::string_view::npos) {
        return text; // not closed: the parser will say where
      }
      join_one(source, text, at);
      at = end;
    } else {
      ++at;
    }
  }
  return text;
}

namespace {

/// Walks over brackets outside of strings and comments.
class NestingScan {
public:
  NestingScan(std::string_view text, SourceLanguage language) : m_text(text), m_language(language) {}

  /// Where it gets too deep.
  [[nodiscard]] std::optional<std::size_t> run() {
    while (m_at < m_text.size()) {
      const char c = m_text[m_at];
      if (is_quote(c)) {
        m_at = skip_string(m_text, m_at, m_language);
        continue;
      }
      if (starts_comment()) {
        m_at = std::min(m_text.find('\n', m_at), m_text.size());
        continue;
      }
      if (c == '\n') {
        m_dots = 0;
      }
      m_dots += c == '.' ? 1 : 0;
      m_depth += c == '[' || c == '{' ? 1 : 0;
      m_depth -= (c == ']' || c == '}') && m_depth > 0 ? 1 : 0;
      if (m_depth > deepest_nesting || (m_language == SourceLanguage::toml && m_dots > deepest_nesting)) {
        return m_at;
      }
      ++m_at;
    }
    return std::nullopt;
  }

private:
  [[nodiscard]] bool is_quote(char c) const {
    return c == '"' || (c == '\'' && m_language == SourceLanguage::toml);
  }

  [[nodiscard]] bool starts_comment() const {
    const auto rest = m_text.substr(m_at);
    return m_language == SourceLanguage::toml ? rest.starts_with('#') : rest.starts_with("//");
  }

  std::string_view m_text;
  SourceLanguage m_language;
  std::size_t m_at = 0;
  std::size_t m_depth = 0;
  std::size_t m_dots = 0;
};

} // namespace

bool check_source(std::uint32_t file, SourceLanguage language, Findings& findings) {
  const std::string_view text = findings.sources()[file].text;
  const auto complain = [&](std::string message, std::size_t offset, std::string hint) {
    findings.error(std::move(message), LineIndex(text, file).place(offset), {std::move(hint)});
    return false;
  };
  if (text.size() > largest_source) {
    return complain(fmt::format("a configuration of {} is too large", human_size(text.size())),
                    0,
                    fmt::format("the limit is {}; large data belongs into a module or a binding",
                                human_size(largest_source)));
  }
  if (const auto at = text.find('\0'); at != std::string_view::npos) {
    return complain("a NUL byte stands here", at, "the file looks damaged, or is UTF-16: save it as UTF-8");
  }
  if (const auto at = find_invalid_utf8(text); at != std::string_view::npos) {
    return complain(fmt::format("the byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(text[at])),
                    at,
                    "save the file as UTF-8");
  }
  if (const auto at = NestingScan(text, language).run()) {
    return complain(fmt::format("nested deeper than {} levels", deepest_nesting),
                    *at,
                    "no key of the configuration needs that");
  }
  return true;
}

} // namespace pyw::config

#include <base/text.hpp>
#include <config/dotenv.hpp>

#include <algorithm>
#include <optional>

namespace pyw::config {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
    ++at;
  }
  return at;
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

/// Whether only blanks and a comment follow on the line.
bool only_comment_follows(std::string_view text, std::size_t at) {
  at = skip_blanks(text, at);
  return at >= text.size() || text[at] == '\n' || text[at] == '#';
}

/// The offset of the quote that closes the one at `open`. A quote after a backslash is the text's own, unless
/// there is no other after which the line ends: dotenv's regular expression goes back then, and so do we.
std::optional<std::size_t> closing_quote(std::string_view text, std::size_t open) {
  const char quote = text[open];
  std::vector<std::size_t> escaped;
  std::optional<std::size_t> close;
  for (auto at = open + 1; at < text.size() && !close; ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote) {
      escaped.push_back(++at);
    } else if (text[at] == quote) {
      close = at;
    }
  }
  if (close && only_comment_follows(text, *close + 1)) {
    return close;
  }
  const auto fits = std::find_if(
      escaped.rbegin(), escaped.rend(), [&](auto at) { return only_comment_follows(text, at + 1); });
  return fits == escaped.rend() ? std::nullopt : std::optional(*fits);
}

class Parser {
public:
  explicit Parser(std::string_view text) : m_text(text) {}

  DotenvFile run() {
    while (m_at < m_text.size()) {
      const auto line_start = m_at;
      const auto start = skip_blanks(m_text, m_at);
      if (start >= m_text.size() || m_text[start] == '\n' || m_text[start] == '#') {
        m_at = end_of_line(m_text, start) + 1;
      } else if (!read_assignment(start, line_start)) {
        m_file.ignored_lines.push_back(m_line);
        m_at = end_of_line(m_text, start) + 1;
      }
      const auto end = std::min(m_at, m_text.size());
      m_line += static_cast<std::size_t>(std::count(m_text.begin() + static_cast<std::ptrdiff_t>(line_start),
                                                    m_text.begin() + static_cast<std::ptrdiff_t>(end),
                                                    '\n'));
    }
    return std::move(m_file);
  }

private:
  bool read_assignment(std::size_t start, std::size_t line_start) {
    if (m_text.substr(start).starts_with("export") && start + 6 < m_text.size() &&
        (m_text[start + 6] == ' ' || m_text[start + 6] == '\t')) {
      start = skip_blanks(m_text, start + 6);
    }
    auto end = start;
    while (end < m_text.size() && is_name_character(m_text[end])) {
      ++end;
    }
    const auto sign = skip_blanks(m_text, end);
    const bool equals = sign < m_text.size() && m_text[sign] == '=';
    const bool colon = sign == end && sign + 1 < m_text.size() && m_text[sign] == ':' &&
                       (m_text[sign + 1] == ' ' || m_text[sign + 1] == '\t');
    if (end == start || (!equals && !colon)) {
      return false;
    }
    m_file.entries.push_back(
        {std::string(m_text.substr(start, end - start)), {}, m_line, start - line_start + 1});
    read_value(skip_blanks(m_text, sign + 1), m_file.entries.back().value);
    return true;
  }

  void read_value(std::size_t start, std::string& value) {
    const char first = start < m_text.size() ? m_text[start] : '\0';
    const bool quoted = first == '"' || first == '\'' || first == '`';
    if (const auto close = quoted ? closing_quote(m_text, start) : std::nullopt) {
      value = m_text.substr(start + 1, *close - start - 1);
      m_at = end_of_line(m_text, *close) + 1;
    } else {
      const auto end = end_of_line(m_text, start);
      value = trim(m_text.substr(start, std::min(m_text.find('#', start), end) - start));
      m_at = end + 1;
    }
    if (first == '"') {
      value = replace_all(replace_all(std::move(value), "\\n", "\n"), "\\r", "\r");
    }
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::size_t m_line = 1;
  DotenvFile m_file;
};

} // namespace

DotenvFile parse_dotenv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  const auto lines = replace_all(replace_all(std::string(text), "\r\n", "\n"), "\r", "\n");
  return Parser(lines).run();
}

namespace {

bool is_variable_character(char c) {
  return is_name_character(c) && c != '.' && c != '-';
}

/// What ${expression} stands for.
std::string value_of(std::string_view expression, const std::map<std::string, std::string>& known) {
  const auto sign = expression.find_first_of(":+-");
  auto name = expression.substr(0, sign);
  auto rest = sign == npos ? std::string_view() : expression.substr(sign);
  rest.remove_prefix(rest.starts_with(':') ? 1 : 0);
  const bool alternative = rest.starts_with('+');
  rest.remove_prefix(rest.empty() ? 0 : 1);
  const auto found = known.find(std::string(name));
  const bool set = found != known.end() && !found->second.empty();
  if (alternative) {
    return set ? std::string(rest) : std::string();
  }
  return set ? found->second : std::string(rest);
}

} // namespace

std::string expand_dotenv(std::string_view value, const std::map<std::string, std::string>& known) {
  std::string expanded;
  for (std::size_t at = 0; at < value.size();) {
    if (value.substr(at).starts_with("\\$")) {
      expanded += '$';
      at += 2;
      continue;
    }
    if (value[at] != '$' || at + 1 >= value.size()) {
      expanded += value[at++];
      continue;
    }
    const auto close = value[at + 1] == '{' ? value.find('}', at) : npos;
    auto end = at + 1;
    while (end < value.size() && is_variable_character(value[end])) {
      ++end;
    }
    if (close != npos && close > at + 2) {
      expanded += value_of(value.substr(at + 2, close - at - 2), known);
      at = close + 1;
    } else if (end > at + 1 && !(value[at + 1] >= '0' && value[at + 1] <= '9')) {
      expanded += value_of(value.substr(at + 1, end - at - 1), known);
      at = end;
    } else {
      expanded += value[at++];
    }
  }
  return expanded;
}

} // namespace pyw::config

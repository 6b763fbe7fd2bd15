#include <base/text.hpp>
#include <config/toml_keys.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pyw::config {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::size_t skip_blanks_back(std::string_view text, std::size_t end) {
  while (end > 0 && is_blank(text[end - 1])) {
    --end;
  }
  return end;
}

std::size_t skip_key_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) {
    ++at;
  }
  return at;
}

/// The offset after the key part that starts at `at`.
std::size_t end_of_part(std::string_view text, std::size_t at) {
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote != '"' && quote != '\'') {
    while (at < text.size() && is_bare(text[at])) {
      ++at;
    }
    return at;
  }
  for (auto i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return text.size();
}

} // namespace

Span key_before(std::string_view text, std::size_t value_offset) {
  auto end = skip_blanks_back(text, std::min(value_offset, text.size()));
  if (end == 0 || text[end - 1] != '=') {
    return {};
  }
  end = skip_blanks_back(text, end - 1);
  if (end == 0) {
    return {};
  }
  auto start = end;
  if (const char quote = text[end - 1]; quote == '"' || quote == '\'') {
    start = end - 1;
    while (start > 0 && text[start - 1] != '\n' &&
           (text[start - 1] != quote || (start > 1 && text[start - 2] == '\\'))) {
      --start;
    }
    start -= start > 0 && text[start - 1] == quote ? 1 : 0;
  } else {
    while (start > 0 && is_bare(text[start - 1])) {
      --start;
    }
  }
  return {start, end - start};
}

std::vector<Span> key_parts(std::string_view text, std::size_t offset) {
  std::vector<Span> parts;
  for (auto at = skip_key_blanks(text, offset); at < text.size();) {
    const auto end = end_of_part(text, at);
    if (end == at) {
      break;
    }
    parts.push_back({at, end - at});
    at = skip_key_blanks(text, end);
    if (at >= text.size() || text[at] != '.') {
      break;
    }
    at = skip_key_blanks(text, at + 1);
  }
  return parts;
}

bool starts_line(std::string_view text, std::size_t offset) {
  const auto end = skip_blanks_back(text, offset);
  return end == 0 || text[end - 1] == '\n';
}

namespace {

/// One `^---` of toml11's report.
struct Pointer {
  std::size_t line = 0;
  std::size_t column = 0;
};

std::vector<Pointer> pointers_in(std::string_view report) {
  std::vector<Pointer> pointers;
  std::size_t line = 0;
  for (const auto row : split(report, '\n')) {
    const auto bar = row.find('|');
    if (bar == std::string_view::npos || bar + 2 > row.size()) {
      continue;
    }
    const auto number = trim(row.substr(0, bar));
    if (!number.empty()) {
      std::size_t value = 0;
      const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
      line = parsed.ec == std::errc() && parsed.ptr == number.data() + number.size() ? value : 0;
      continue;
    }
    const auto mark = row.find_first_not_of(' ', bar + 1);
    if (line > 0 && mark != std::string_view::npos && (row[mark] == '^' || row[mark] == '~')) {
      pointers.push_back({line, mark - bar - 1});
      line = 0;
    }
  }
  return pointers;
}

struct Explanation {
  std::string_view what; ///< part of toml11's message
  std::string_view message;
  std::string_view hint;
};

constexpr std::array<Explanation, 14> explanations{{
    {"unknown value", "this is no value", "text stands in quotes: `key = \"text\"`"},
    {"parse_boolean", "this is no value", "text stands in quotes: `key = \"text\"`"},
    {"missing value", "the value is missing", "text stands in quotes: `key = \"text\"`"},
    {"missing key-value separator",
     "expected `=` after the key",
     "a key and its value are written `key = value`"},
    {"empty key", "the key before `=` is missing", ""},
    {"array separator", "expected `,` or `]`", "the values of an array are separated by commas"},
    {"unclosed", "the array is not closed", "write `[\"one\", \"two\"]`"},
    {"curly brace",
     "the inline table is not closed",
     "an inline table ends with `}`; use a `[table]` for more"},
    {"expected newline", "nothing may follow the value on its line", "each key stands on a line of its own"},
    {"invalid line", "nothing may follow the value on its line", "each key stands on a line of its own"},
    {"leading zero", "a number has no leading zeros", "text stands in quotes"},
    {"invalid date", "there is no such date", ""},
    {"invalid time", "there is no such time", ""},
    {"invalid key", "expected a key", "keys consist of letters, digits, `_` and `-`, or stand in quotes"},
}};

std::string_view first_line_of(std::string_view report) {
  auto line = report.substr(0, report.find('\n'));
  if (line.starts_with("[error] ")) {
    line.remove_prefix(8);
  }
  if (line.starts_with("toml::")) {
    line.remove_prefix(std::min(line.find(": ") + 2, line.size()));
  }
  return line;
}

bool says(std::string_view report, std::string_view words) {
  return report.find(words) != std::string_view::npos;
}

std::size_t offset_of(std::string_view text, const Pointer& pointer) {
  return LineIndex(text, 0).offset(pointer.line, pointer.column);
}

/// The offending token: a quoted string to the end of its line, a header to its bracket, else a run of
/// non-blanks.
Span token_at(std::string_view text, std::size_t offset) {
  const auto line_end = std::min(text.find('\n', offset), text.size());
  auto end = std::min(text.find_first_of(" \t\r\n,]}#=", offset), line_end);
  if (offset < text.size() && (text[offset] == '"' || text[offset] == '\'')) {
    end = line_end;
  } else if (offset < text.size() && text[offset] == '[') {
    end = std::min(text.find_last_of(']', line_end) + 1, line_end);
  }
  return {offset, std::max<std::size_t>(1, end > offset ? end - offset : 1)};
}

/// toml11 points behind a bad date; its start is more useful.
std::size_t start_of_token(std::string_view text, std::size_t offset) {
  while (offset > 0 && std::string_view(" \t\n=,[").find(text[offset - 1]) == std::string_view::npos) {
    --offset;
  }
  return offset;
}

TomlProblem explain_duplicate(std::string_view text, const std::vector<Pointer>& pointers) {
  const auto offset = offset_of(text, pointers.back());
  auto span = starts_line(text, offset) ? token_at(text, offset) : key_before(text, offset);
  span = span.length == 0 ? Span{offset, 1} : span;
  return {span,
          fmt::format("`{}` is given twice", text.substr(span.offset, span.length)),
          fmt::format("the first one stands in line {}", pointers.front().line)};
}

TomlProblem explain_string(std::string_view text, std::size_t offset) {
  const auto start = std::min(text.find_first_of("\"'", offset), text.size());
  const auto span = token_at(text, start);
  const auto line = text.substr(span.offset, span.length);
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7F;
  };
  if (std::any_of(line.begin(), line.end(), is_control)) {
    return {span, "this string holds a control character", R"(write it as an escape, like `\u0001`)"};
  }
  const bool closed =
      line.size() > 1 && !line.starts_with("\"\"\"") && line.find(line.front(), 1) != std::string_view::npos;
  return closed ? TomlProblem{span,
                              "this string holds an escape that TOML does not know",
                              R"(a backslash is written `\\`; in 'single quotes' nothing is special)"}
                : TomlProblem{span, "this string is not closed"};
}

TomlProblem explain_by_words(std::string_view words, std::string_view text, std::size_t offset) {
  if (says(words, "invalid date") || says(words, "invalid time")) {
    offset = start_of_token(text, offset);
  }
  if (trim(text).starts_with('{')) {
    return {{offset, 1}, "this is not TOML", "this looks like JSON: such a file is called wrangler.jsonc"};
  }
  if (says(words, "invalid key") && text.substr(offset).starts_with('[')) {
    return {token_at(text, offset),
            "the table header is not closed, or has no name",
            "a header is written `[table]`"};
  }
  for (const auto& [what, message, hint] : explanations) {
    if (says(words, what)) {
      return {token_at(text, offset), std::string(message), std::string(hint)};
    }
  }
  return {token_at(text, offset), std::string(words)};
}

} // namespace

TomlProblem explain_toml_error(std::string_view report, std::string_view text) {
  const auto pointers = pointers_in(report);
  const auto words = report.substr(0, report.find('\n'));
  if (pointers.empty()) {
    return {{}, std::string(first_line_of(report))};
  }
  const auto offset = offset_of(text, pointers.back());
  if (says(words, "already exists")) {
    return explain_duplicate(text, pointers);
  }
  if (says(words, "valid string") || says(words, "valid literal") || says(words, "valid multiline")) {
    return explain_string(text, offset);
  }
  if (says(words, "array separator") && trim(text.substr(offset)).empty()) {
    return {{offset_of(text, pointers.front()), 1}, "the array is not closed", "write `[\"one\", \"two\"]`"};
  }
  return explain_by_words(words, text, offset);
}

} // namespace pyw::config

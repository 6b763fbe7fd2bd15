#include <base/jsonc.hpp>
#include <base/text.hpp>
#include <config/readers.hpp>
#include <config/source_text.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <unordered_map>

namespace pyw::config {

namespace {

/// Walks the text in step with the parser's events: the parser tells what, the cursor where.
class Cursor {
public:
  explicit Cursor(std::string_view text) : m_text(text) {}

  /// Moves over the next token and returns where it starts.
  std::size_t next() {
    while (m_at < m_text.size() &&
           std::string_view(" \t\r\n,:").find(m_text[m_at]) != std::string_view::npos) {
      ++m_at;
    }
    const auto start = m_at;
    if (m_at < m_text.size()) {
      m_at = end_of_token();
    }
    return start;
  }

  [[nodiscard]] std::size_t at() const { return m_at; }

private:
  [[nodiscard]] std::size_t end_of_token() const {
    if (m_text[m_at] != '"') {
      const bool bracket = std::string_view("[]{}").find(m_text[m_at]) != std::string_view::npos;
      return bracket ? m_at + 1 : std::min(m_text.find_first_of(" \t\r\n,:[]{}\"", m_at), m_text.size());
    }
    for (auto i = m_at + 1; i < m_text.size(); ++i) {
      if (m_text[i] == '\\') {
        ++i;
      } else if (m_text[i] == '"') {
        return i + 1;
      }
    }
    return m_text.size();
  }

  std::string_view m_text;
  std::size_t m_at = 0;
};

/// The part of nlohmann's message after "- ": "unexpected '}'; expected ':'", "invalid literal; last read:
/// 'x'".
std::string_view core_of(std::string_view message) {
  const auto dash = message.find(" - ");
  return dash == std::string_view::npos ? message : message.substr(dash + 3);
}

struct SyntaxProblem {
  std::string message;
  std::string hint;
};

SyntaxProblem explain(std::string_view message, std::string_view token) {
  const auto core = core_of(message);
  const bool in_key = message.find("object key") != std::string_view::npos;
  if (core.starts_with("unexpected end of input")) {
    return {"the file ends too early", "a closing bracket or quote is missing"};
  }
  if (core.starts_with("invalid string: missing closing quote") ||
      core.find("U+000A") != std::string_view::npos || core.find("U+000D") != std::string_view::npos) {
    return {"this string is not closed on its line",
            "close it with `\"`; a line break inside is written `\\n`"};
  }
  if (core.starts_with("invalid string: forbidden character after backslash")) {
    return {"this escape is not one of JSON's",
            R"(they are \" \\ \/ \b \f \n \r \t and \uXXXX; a backslash itself is `\\`)"};
  }
  if (core.starts_with("invalid string")) {
    return {fmt::format("{}", core.substr(0, core.find("; last read"))), ""};
  }
  if (token.starts_with("/*")) {
    return {"this comment is not closed", "close it with `*/`"};
  }
  if (token.starts_with('\'')) {
    return {"a string stands in double quotes", "JSON knows no single quotes"};
  }
  if (in_key) {
    return {"expected a key in double quotes", "every key of a JSON object stands in double quotes"};
  }
  if (core.starts_with("invalid literal")) {
    return {"this is no value", "text stands in double quotes; the words without are true, false and null"};
  }
  if (core.starts_with("invalid number")) {
    return {"this is no number",
            "JSON numbers have no leading zeros, no `_`, and digits on both sides of the point"};
  }
  if (core.find("expected end of input") != std::string_view::npos) {
    return {"nothing may follow the closing bracket", "the file is one JSON object"};
  }
  if (core.find("; expected '}'") != std::string_view::npos) {
    return {"expected `,` or `}`", "is a comma missing before this?"};
  }
  if (core.find("; expected ']'") != std::string_view::npos) {
    return {"expected `,` or `]`", "is a comma missing before this?"};
  }
  if (core.find("; expected ':'") != std::string_view::npos) {
    return {"expected `:` after the key", ""};
  }
  return {"expected a value", ""};
}

/// nlohmann's SAX interface (the names are its own).
class TreeBuilder {
public:
  TreeBuilder(std::string_view text, std::uint32_t file, Findings& findings)
      : m_cursor(text), m_lines(findings.sources()[file].text, file), m_text(text), m_findings(findings) {}

  bool null() { return add(Value()); }

  bool boolean(bool value) { return add(Value(value)); }

  bool number_integer(std::int64_t value) { return add(Value(value)); }

  bool number_unsigned(std::uint64_t value) {
    return add(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                   ? Value(static_cast<std::int64_t>(value))
                   : Value(static_cast<double>(value)));
  }

  bool number_float(double value, const std::string& /*text*/) { return add(Value(value)); }

  bool string(std::string& value) { return add(Value(std::move(value))); }

  static bool binary(nlohmann::json::binary_t& /*value*/) { return false; }

  bool start_object(std::size_t /*elements*/) { return open(Value::make_table()); }

  bool start_array(std::size_t /*elements*/) { return open(Value::make_array()); }

  bool end_object() { return close(); }

  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& frame = m_open.back();
    frame.key = std::move(name);
    frame.key_place = place_of_next();
    const auto [known, is_new] = frame.keys.emplace(frame.key, frame.key_place.line);
    if (!is_new) {
      m_findings.error(fmt::format("`{}` is given twice", frame.key),
                       frame.key_place,
                       {fmt::format("the first one stands in line {}", known->second)});
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& problem) {
    if (std::string_view(problem.what()).find("number overflow") != std::string_view::npos) {
      const auto start = m_cursor.next();
      m_findings.error("this number is too large", m_lines.place(start, m_cursor.at() - start));
      return false;
    }
    const auto core = core_of(problem.what());
    const auto where = problem_span(core, position, token);
    const auto explained = explain(problem.what(), m_text.substr(where.offset));
    m_findings.error(explained.message,
                     m_lines.place(where.offset, where.length),
                     explained.hint.empty() ? std::vector<std::string>{} : std::vector{explained.hint});
    return false;
  }

  [[nodiscard]] Value take() { return std::move(m_root); }

private:
  struct Frame {
    Value value;
    std::string key = {};
    Place key_place = {};
    std::unordered_map<std::string, std::uint32_t> keys = {}; ///< with the line of the first
  };

  /// Where the offending token stands. `position` counts the characters that the lexer has read; its `token`
  /// is reliable for strings and numbers only, anything else is the token after the last event's.
  Span problem_span(std::string_view core, std::size_t position, const std::string& token) {
    if (core.starts_with("unexpected end of input")) {
      return {last_visible(), 1};
    }
    if (core.starts_with("unexpected '")) {
      return {std::min(position == 0 ? 0 : position - 1, m_text.size()), 1};
    }
    if (core.starts_with("unexpected string") || core.starts_with("unexpected number")) {
      return {std::min(position - std::min(position, token.size()), m_text.size()), token.size()};
    }
    const auto start = m_cursor.next();
    return {std::min(start, m_text.size()), m_cursor.at() - start};
  }

  [[nodiscard]] std::size_t last_visible() const {
    const auto at = m_text.find_last_not_of(" \t\r\n");
    return at == std::string_view::npos ? 0 : at;
  }

  Place place_of_next() {
    const auto start = m_cursor.next();
    return m_lines.place(start, m_cursor.at() - start);
  }

  bool add(Value value) {
    value.place = place_of_next();
    put(std::move(value));
    return true;
  }

  bool open(Value value) {
    value.place = place_of_next();
    m_open.push_back({std::move(value)});
    return true;
  }

  bool close() {
    m_cursor.next();
    auto value = std::move(m_open.back().value);
    m_open.pop_back();
    put(std::move(value));
    return true;
  }

  void put(Value value) {
    if (m_open.empty()) {
      m_root = std::move(value);
      return;
    }
    auto& frame = m_open.back();
    if (frame.value.is(Value::Kind::array)) {
      frame.value.items().push_back(std::move(value));
    } else {
      frame.value.entries().push_back({frame.key, frame.key_place, std::move(value)});
    }
  }

  Cursor m_cursor;
  LineIndex m_lines;
  std::string_view m_text;
  Findings& m_findings;
  std::vector<Frame> m_open;
  Value m_root;
};

} // namespace

std::optional<Value> read_json(std::uint32_t file, Findings& findings) {
  if (!check_source(file, SourceLanguage::json, findings)) {
    return std::nullopt;
  }
  const auto blanked = blank_jsonc(findings.sources()[file].text);
  if (trim(blanked).empty()) {
    findings.error("the file is empty",
                   Place{file, 1, 1, 1},
                   {"the least there can be is `{\"main\": \"src/entry.py\", …}`"});
    return std::nullopt;
  }
  const auto errors_before = findings.error_count();
  TreeBuilder builder(blanked, file, findings);
  if (!nlohmann::json::sax_parse(blanked, &builder) || findings.error_count() > errors_before) {
    return std::nullopt;
  }
  auto root = builder.take();
  if (!root.is(Value::Kind::table)) {
    findings.error(fmt::format("the file must hold an object, not {}", describe(root.kind())), root.place);
    return std::nullopt;
  }
  return root;
}

} // namespace pyw::config

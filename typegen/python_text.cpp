#include <base/text.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <set>

namespace pyw::typegen {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The text of a comment without its stars, one entry a line.
std::vector<std::string_view> comment_lines(std::string_view comment) {
  while (comment.starts_with('/') || comment.starts_with('*') || comment.starts_with('!')) {
    comment.remove_prefix(1);
  }
  if (comment.ends_with("*/")) {
    comment.remove_suffix(2);
  }
  auto lines = split(comment, '\n');
  for (auto& line : lines) {
    line = trim(line);
    if (line.starts_with('*')) {
      line.remove_prefix(1);
      line = line.starts_with(' ') ? line.substr(1) : line;
    }
    while (line.ends_with(' ') || line.ends_with('*')) { // `text. *` ends some comments' first lines
      line.remove_suffix(line.ends_with("**") ? 0 : 1);
      if (line.ends_with("**")) {
        break;
      }
    }
  }
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  const auto first = std::find_if(lines.begin(), lines.end(), [](auto line) { return !line.empty(); });
  lines.erase(lines.begin(), first);
  return lines;
}

} // namespace

bool is_keyword(std::string_view name) {
  static constexpr std::array<std::string_view, 35> words{
      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
      "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
      "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
      "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
  static constexpr auto lengths = [] { // a bit for each length, by first letter
    std::array<unsigned, 256> table{};
    for (const auto word : words) {
      table[static_cast<unsigned char>(word.front())] |= 1U << word.size();
    }
    return table;
  }();
  return name.size() < 9 && !name.empty() &&
         (lengths[static_cast<unsigned char>(name.front())] >> name.size() & 1U) != 0 &&
         std::find(words.begin(), words.end(), name) != words.end();
}

bool is_attribute_of_dict(std::string_view name) {
  static const std::set<std::string_view> names{"clear",
                                                "copy",
                                                "fromkeys",
                                                "get",
                                                "items",
                                                "keys",
                                                "pop",
                                                "popitem",
                                                "setdefault",
                                                "update",
                                                "values"};
  return names.contains(name);
}

bool is_identifier(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

std::size_t skip_string(std::string_view python, std::size_t index) {
  constexpr std::string_view triple = "\"\"\"";
  if (python[index] == '"' && python.substr(index + 1, 1) == "\"" &&
      python.substr(index).starts_with(triple)) {
    const auto end = python.find(triple, index + triple.size());
    return end == std::string_view::npos ? python.size() : end + triple.size();
  }
  const char quote = python[index];
  for (++index; index < python.size() && python[index] != quote && python[index] != '\n'; ++index) {
    index += python[index] == '\\' ? 1 : 0;
  }
  return std::min(index + 1, python.size());
}

std::string attribute_name(std::string_view name) {
  return is_keyword(name) ? std::string(name) + "_" : std::string(name);
}

std::string to_identifier(std::string_view text) {
  std::string name(text);
  std::replace_if(name.begin(), name.end(), [](char c) { return !is_word(c); }, '_');
  return name.empty() || is_digit(name.front()) ? "_" + name : name;
}

std::string quote(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (code < 0x20 || code == 0x7F) {
      quoted += "\\x";
      quoted += digits[code >> 4];
      quoted += digits[code & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string_view next_word(std::string_view python, std::size_t& index, std::string_view stops) {
  while (index < python.size()) {
    const char c = python[index];
    if (is_word(c)) {
      const auto start = index;
      index = end_of_word(python, index);
      return python.substr(start, index - start);
    }
    if (c == '"' || c == '\'') {
      index = skip_string(python, index);
    } else if (c == '#') {
      index = std::min(python.find('\n', index), python.size());
    } else if (stops.find(c) != std::string_view::npos) {
      return {};
    } else {
      ++index;
    }
  }
  return {};
}

std::string docstring(std::string_view comment, std::size_t indent) {
  if (comment.empty()) {
    return {};
  }
  const auto lines = comment_lines(comment);
  if (lines.empty()) {
    return {};
  }
  const std::string margin(indent, ' ');
  std::string text = margin + "\"\"\"";
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const auto line = lines[index];
    if (index > 0) {
      text += '\n';
      text += line.empty() ? std::string_view{} : margin;
    }
    if (line.find('\\') == std::string_view::npos && line.find('"') == std::string_view::npos) {
      text += line;
    } else {
      text += replace_all(replace_all(std::string(line), "\\", "\\\\"), "\"\"\"", "'''");
    }
  }
  // A quote before the closing quotes would join them.
  text += text.ends_with('"') && lines.back().ends_with('"') ? " " : "";
  return text + (lines.size() > 1 ? "\n" + margin : "") + "\"\"\"\n";
}

void PythonUnion::add(std::string_view arm) {
  int depth = 0;
  char quoted = 0;
  std::size_t start = 0;
  const auto take = [&](std::size_t end) {
    const auto part = without_spaces(arm.substr(start, end - start));
    if (part.starts_with("Literal[") && part.ends_with(']') && part.find(" | ") == std::string_view::npos) {
      add_literal(std::string(part.substr(8, part.size() - 9)));
    } else if (!part.empty() && std::find(m_arms.begin(), m_arms.end(), part) == m_arms.end()) {
      m_arms.emplace_back(part);
    }
  };
  if (arm.find('|') == std::string_view::npos) { // most of them
    take(arm.size());
    return;
  }
  for (std::size_t index = 0; index < arm.size(); ++index) {
    const char c = arm[index];
    if (quoted != 0) {
      index += c == '\\' ? 1 : 0;
      quoted = c == quoted ? '\0' : quoted;
    } else if (c == '"') {
      quoted = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      --depth;
    } else if (c == '|' && depth == 0) {
      take(index);
      start = index + 1;
    }
  }
  take(arm.size());
}

void PythonUnion::add_literal(std::string literal) {
  constexpr std::size_t few = 16;
  if (m_literals.size() < few) {
    if (std::find(m_literals.begin(), m_literals.end(), literal) == m_literals.end()) {
      m_literals.push_back(std::move(literal));
    }
    return;
  }
  if (m_known.empty()) {
    m_known.insert(m_literals.begin(), m_literals.end());
  }
  if (m_known.insert(literal).second) {
    m_literals.push_back(std::move(literal));
  }
}

std::string PythonUnion::text(Any any) const {
  if (m_arms.size() == 1 && m_literals.empty()) {
    return m_arms.front();
  }
  const auto has = [&](std::string_view arm) {
    return std::find(m_arms.begin(), m_arms.end(), arm) != m_arms.end();
  };
  const auto has_literal = [&](std::string_view literal) {
    return std::find(m_literals.begin(), m_literals.end(), literal) != m_literals.end();
  };
  if (has("Any")) {
    return any == Any::keeps_none && has("None") ? "Any | None" : "Any";
  }
  const bool is_both = has_literal("True") && has_literal("False");
  const bool is_bool = is_both || has("bool");
  std::string text = is_both ? "bool" : "";
  const auto add_part = [&](std::string_view part) {
    text += text.empty() ? "" : " | ";
    text += part;
  };
  bool is_first = true;
  for (const auto& literal : m_literals) {
    if (!is_bool || (literal != "True" && literal != "False")) {
      is_first ? add_part("Literal[") : void(text += ", ");
      text += literal;
      is_first = false;
    }
  }
  text += is_first ? "" : "]";
  for (const auto& arm : m_arms) {
    if (arm != "None" && arm != "Never" && !(is_both && arm == "bool")) {
      add_part(arm);
    }
  }
  if (has("None")) {
    add_part("None");
  }
  return text.empty() ? "Never" : text;
}

} // namespace pyw::typegen

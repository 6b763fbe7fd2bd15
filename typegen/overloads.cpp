#include <typegen/overloads.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <vector>

namespace pyw::typegen {

namespace {

constexpr std::string_view mark = "  # type: ignore[overload-overlap, unused-ignore]";
constexpr std::string_view literal_opening = "Literal[";

/// The place of the first `wanted` that stands outside of brackets and quotes; npos when there is none.
std::size_t find_outside(std::string_view text, char wanted, std::size_t from = 0) {
  int depth = 0;
  for (std::size_t index = from; index < text.size();) {
    const char c = text[index];
    if (is_word(c)) { // most of them
      ++index;
      continue;
    }
    if (c == '"' || c == '\'') {
      index = skip_string(text, index);
      continue;
    }
    if (depth == 0 && c == wanted) {
      return index;
    }
    depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
    ++index;
  }
  return std::string_view::npos;
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto comma = std::min(find_outside(text, ','), text.size());
    parts.push_back(without_spaces(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

/// What a positional parameter takes: the values of a `Literal[…]`, sorted; empty when it is anything else.
using Values = std::vector<std::string_view>;

struct Overload {
  std::size_t end = 0; ///< of its line in the definitions
  std::string_view result;
  std::vector<Values> parameters;
};

std::vector<Values> parameters_of(std::string_view text) {
  std::vector<Values> parameters;
  for (const auto part : parts_of(text)) {
    if (part == "self" || part == "cls") {
      continue;
    }
    if (part.starts_with('*') || part == "/") {
      break;
    }
    const auto colon = part.find(": ");
    const auto type = colon == std::string_view::npos ? std::string_view{} : part.substr(colon + 2);
    Values values;
    if (type.starts_with(literal_opening) && type.ends_with(']')) {
      values = parts_of(type.substr(literal_opening.size(), type.size() - literal_opening.size() - 1));
      std::sort(values.begin(), values.end());
    }
    parameters.push_back(std::move(values));
  }
  return parameters;
}

bool tells_apart(const Overload& one, const Overload& other) {
  const auto count = std::min(one.parameters.size(), other.parameters.size());
  for (std::size_t index = 0; index < count; ++index) {
    const auto& here = one.parameters[index];
    const auto& there = other.parameters[index];
    const bool share = std::any_of(here.begin(), here.end(), [&](const auto& value) {
      return std::binary_search(there.begin(), there.end(), value);
    });
    if (!here.empty() && !there.empty() && !share) {
      return true;
    }
  }
  return false;
}

/// "    async def name" of a line that defines a function; empty for any other. `code`: its text, not
/// indented.
std::string_view head_of(std::string_view line, std::string_view code) {
  if (!code.starts_with("def ") && !code.starts_with("async def ")) {
    return {};
  }
  return line.substr(0, std::min(line.find_first_of("(["), line.size()));
}

class Marker {
public:
  explicit Marker(std::string_view definitions) : m_text(definitions) {}

  std::string run() {
    bool is_overload = false;
    for (std::size_t start = 0; start < m_text.size();) {
      const auto end = std::min(m_text.find('\n', start), m_text.size());
      const auto line = m_text.substr(start, end - start);
      const auto code = line.substr(std::min(line.find_first_not_of(' '), line.size()));
      if (code.starts_with("@overload")) {
        is_overload = true;
      } else if (const auto head = head_of(line, code); !head.empty()) {
        if (!is_overload || head != m_head) {
          finish_group();
          m_head = head;
        }
        if (is_overload) {
          add(line, end);
        }
        is_overload = false;
      } else if (line.starts_with("class ")) {
        finish_group();
        m_head = {};
      }
      start = end + 1;
    }
    finish_group();
    m_out += m_text.substr(m_copied);
    return std::move(m_out);
  }

private:
  void add(std::string_view line, std::size_t end) {
    const auto open = line.find('(', std::min(find_outside(line, '('), line.size()));
    if (open == std::string_view::npos) {
      return;
    }
    const auto close = find_outside(line, ')', open + 1);
    const auto colon = close == std::string_view::npos ? close : find_outside(line, ':', close + 1);
    if (colon == std::string_view::npos) {
      return;
    }
    m_group.push_back({end,
                       without_spaces(line.substr(close + 1, colon - close - 1)),
                       parameters_of(line.substr(open + 1, close - open - 1))});
  }

  void finish_group() {
    for (std::size_t index = 0; index + 1 < m_group.size(); ++index) {
      const auto& overload = m_group[index];
      const bool may_clash = std::any_of(
          m_group.begin() + static_cast<std::ptrdiff_t>(index) + 1, m_group.end(), [&](const auto& later) {
            return later.result != overload.result && !tells_apart(overload, later);
          });
      if (may_clash) {
        m_out += m_text.substr(m_copied, overload.end - m_copied);
        m_out += mark;
        m_copied = overload.end;
      }
    }
    m_group.clear();
  }

  std::string_view m_text;
  std::string_view m_head; ///< of the group
  std::vector<Overload> m_group;
  std::string m_out;
  std::size_t m_copied = 0; ///< how far the text is in m_out
};

} // namespace

std::string mark_overlapping_overloads(std::string_view definitions) {
  return Marker(definitions).run();
}

} // namespace pyw::typegen

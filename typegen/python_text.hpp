// Pieces of Python source text: identifiers, literals, docstrings and unions.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pyw::typegen {

/// Whether Python can write it as a name.
[[nodiscard]] bool is_identifier(std::string_view name);
/// A reserved word (Pyodide's proxies answer to it with a trailing underscore).
[[nodiscard]] bool is_keyword(std::string_view name);
/// A dict has attributes of its own: a key of that name is reached by subscript only (rpc.py: JsDict).
[[nodiscard]] bool is_attribute_of_dict(std::string_view name);
/// The name as a Python attribute: reserved words get an underscore.
[[nodiscard]] std::string attribute_name(std::string_view name);
/// Any text as a Python identifier: what does not fit becomes `_`.
[[nodiscard]] std::string to_identifier(std::string_view text);
/// A string literal in double quotes.
[[nodiscard]] std::string quote(std::string_view text);

inline constexpr auto word_characters = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[static_cast<std::size_t>(c)] =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  return table;
}();

/// A letter, a digit or an underscore.
[[nodiscard]] inline bool is_word(char c) {
  return word_characters[static_cast<unsigned char>(c)];
}

/// Without the spaces around it.
[[nodiscard]] inline std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Behind the word that starts at `index`.
[[nodiscard]] inline std::size_t end_of_word(std::string_view text, std::size_t index) {
  while (index < text.size() && is_word(text[index])) {
    ++index;
  }
  return index;
}

/// Behind the string literal that starts at `index`, in single or double quotes or three double ones; what
/// has no end ends with its line.
[[nodiscard]] std::size_t skip_string(std::string_view python, std::size_t index);

/// The next word from `index` on that is in no string and no comment; `index` is then behind it. Empty at the
/// end of the text, and before one of the characters in `stops`.
[[nodiscard]] std::string_view
next_word(std::string_view python, std::size_t& index, std::string_view stops = {});

/// A JavaScript comment as a docstring's lines, indented, with quotes, ending in a newline; empty when the
/// comment says nothing.
[[nodiscard]] std::string docstring(std::string_view comment, std::size_t indent);

/// The arms of a Python union in the order of their coming, without doubles; literals become one
/// `Literal[…]`.
class PythonUnion {
public:
  enum class Any { keeps_none, absorbs };

  /// `arm` may itself be a union: it is split at its outermost bars.
  void add(std::string_view arm);
  void add_literal(std::string literal);

  [[nodiscard]] bool empty() const { return m_arms.empty() && m_literals.empty(); }

  /// "Never" when nothing was added. Any swallows every other arm, None excepted where it is kept.
  [[nodiscard]] std::string text(Any any) const;

private:
  std::vector<std::string> m_arms;
  std::vector<std::string> m_literals;
  std::unordered_set<std::string> m_known; ///< the literals, when they are many: the AI models are hundreds
};

} // namespace pyw::typegen

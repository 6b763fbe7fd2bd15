#include <base/text.hpp>
#include <typegen/python_text.hpp>
#include <typegen/type_variables.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace pyw::typegen {

namespace {

/// How a class varies with a parameter of it.
enum class Variance { out, in, both };

struct Variable {
  std::string_view name;
  std::string_view fallback;
  std::string declared = {}; ///< the name of the variable that stands for it
};

/// Behind the bracket that closes the one at `open`.
std::size_t skip_brackets(std::string_view text, std::size_t open) {
  int depth = 0;
  for (auto index = open; index < text.size();) {
    const char c = text[index];
    if (c == '"') {
      index = skip_string(text, index);
      continue;
    }
    depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    ++index;
    if (depth == 0) {
      return index;
    }
  }
  return text.size();
}

/// Types that give what they are generic over, and take nothing of it.
bool only_gives(std::string_view type) {
  static const std::set<std::string_view> types{"AsyncIterable",
                                                "AsyncIterator",
                                                "Awaitable",
                                                "Coroutine",
                                                "Iterable",
                                                "Iterator",
                                                "JsAsyncIterable",
                                                "JsAsyncIterator",
                                                "JsIterable",
                                                "JsIterator",
                                                "Promise",
                                                "tuple",
                                                "type"};
  return types.contains(type);
}

/// Whether the word names an attribute, a function or a parameter rather than a type.
bool is_defined_here(std::string_view text, std::size_t start, std::size_t end) {
  if (end >= text.size() || text[end] != ':') {
    return end < text.size() && (text[end] == '(' || text[end] == '=');
  }
  const auto before = text.find_last_not_of(' ', start == 0 ? 0 : start - 1);
  return start == 0 || before == std::string_view::npos ||
         std::string_view("\n(,*").find(text[before]) != std::string_view::npos; // `-> R:` is a type
}

/// Calls `visit` with each word of the text outside of strings and comments, and whether it is no type.
template <typename Visit> void for_each_word(std::string_view text, const Visit& visit) {
  for (std::size_t index = 0; index < text.size();) {
    const char c = text[index];
    if (c == '"') {
      index = skip_string(text, index);
    } else if (c == '#') {
      index = std::min(text.find('\n', index), text.size());
    } else if (is_word(c)) {
      const auto end = end_of_word(text, index);
      const bool is_attribute = index > 0 && text[index - 1] == '.';
      visit(index, text.substr(index, end - index), is_attribute || is_defined_here(text, index, end));
      index = end;
    } else {
      ++index;
    }
  }
}

class Uses {
public:
  Uses(std::string_view class_name, std::string_view variable) : m_class(class_name), m_variable(variable) {}

  /// A type that the class gives.
  void add_given(std::string_view type) { add(type, true); }

  /// Types that it takes.
  void add_taken(std::string_view types) { add(types, false); }

  /// What can be read and assigned.
  void add_attribute(std::string_view type) {
    for_each_word(type, [&](std::size_t, std::string_view word, bool) {
      m_given = m_given || word == m_variable;
      m_taken = m_taken || word == m_variable;
    });
  }

  [[nodiscard]] Variance variance() const {
    return m_given && m_taken ? Variance::both : m_taken ? Variance::in : Variance::out;
  }

private:
  void add(std::string_view text, bool is_given) {
    std::vector<std::string_view> around; // the types whose brackets are open
    std::string_view last;
    for (std::size_t index = 0; index < text.size();) {
      const char c = text[index];
      if (c == '"') {
        index = skip_string(text, index);
        continue;
      }
      if (is_word(c)) {
        const auto end = end_of_word(text, index);
        last = text.substr(index, end - index);
        if (last == m_variable) {
          count(around, is_given);
        }
        index = end;
        continue;
      }
      if (c == '[' || c == '(') {
        around.push_back(last);
      } else if ((c == ']' || c == ')') && !around.empty()) {
        around.pop_back();
      }
      last = c == ' ' || c == ',' || c == '[' ? std::string_view{} : last;
      ++index;
    }
  }

  void count(const std::vector<std::string_view>& around, bool is_given) {
    if (std::all_of(around.begin(), around.end(), only_gives)) {
      (is_given ? m_given : m_taken) = true;
    } else if (!is_given || around.size() > 1 || around.front() != m_class) { // its own result is as it is
      m_given = true;
      m_taken = true;
    }
  }

  std::string_view m_class;
  std::string_view m_variable;
  bool m_given = false;
  bool m_taken = false;
};

/// A line of the class's body that defines something.
void add_uses(std::string_view line, Uses& uses) {
  const auto code = trim(line);
  if (code.starts_with("def ") || code.starts_with("async def ")) {
    auto open = line.find_first_of("[(", line.find("def ") + 4);
    if (open != std::string_view::npos && line[open] == '[') {
      open = skip_brackets(line, open);
    }
    if (open == std::string_view::npos || open >= line.size()) {
      return;
    }
    const auto close = skip_brackets(line, open);
    uses.add_taken(line.substr(open + 1, close - open - 2));
    uses.add_given(line.substr(close));
  } else if (!code.starts_with('@')) {
    uses.add_attribute(line.substr(std::min(line.find_first_of(":="), line.size())));
  }
}

Variance variance_of(std::string_view class_name,
                     std::string_view bases,
                     std::string_view body,
                     std::string_view variable) {
  Uses uses(class_name, variable);
  uses.add_given(bases);
  for (std::size_t start = 0; start < body.size();) {
    auto end = std::min(body.find('\n', start), body.size());
    const auto line = body.substr(start, end - start);
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    if (line.substr(indent).starts_with("\"\"\"")) {
      end = std::min(body.find('\n', skip_string(body, start + indent)), body.size());
    } else if (indent == 4) {
      add_uses(line, uses);
    }
    start = end + 1;
  }
  return uses.variance();
}

class Writer {
public:
  explicit Writer(std::string_view text) : m_text(text) {}

  std::string run() {
    constexpr std::string_view keyword = "class ";
    for (std::size_t start = 0; start < m_text.size();) {
      auto line_end = std::min(m_text.find('\n', start), m_text.size());
      const auto line = m_text.substr(start, line_end - start);
      const auto name_end = end_of_word(line, keyword.size());
      if (line.starts_with(keyword) && name_end < line.size() && line[name_end] == '[' &&
          line.find("Protocol") == std::string_view::npos) {
        m_out += m_text.substr(m_copied, start - m_copied);
        const auto end = end_of_class(line_end + 1);
        rewrite(line, m_text.substr(std::min(line_end + 1, end), end - std::min(line_end + 1, end)));
        m_copied = end;
        start = end;
      } else {
        start = line_end + 1;
      }
    }
    m_out += m_text.substr(m_copied);
    return std::move(m_out);
  }

private:
  /// Where the first line stands that is neither indented nor empty.
  [[nodiscard]] std::size_t end_of_class(std::size_t index) const {
    while (index < m_text.size() && (m_text[index] == ' ' || m_text[index] == '\n')) {
      index = std::min(m_text.find('\n', index), m_text.size() - 1) + 1;
    }
    return std::min(index, m_text.size());
  }

  static std::vector<Variable> variables_of(std::string_view clause) {
    std::vector<Variable> variables;
    while (!clause.empty()) {
      std::size_t comma = 0;
      while (comma < clause.size() && clause[comma] != ',') {
        comma = clause[comma] == '[' ? skip_brackets(clause, comma)
                : clause[comma] == '"' ? skip_string(clause, comma)
                                       : comma + 1;
      }
      const auto one = clause.substr(0, comma);
      const auto equals = one.find(" = ");
      variables.push_back({trim(one.substr(0, equals)),
                           equals == std::string_view::npos ? std::string_view{} : trim(one.substr(equals + 3))});
      clause.remove_prefix(std::min(comma + 1, clause.size()));
    }
    return variables;
  }

  /// Its declaration, where the module has not got one like it.
  void declare(Variable& variable, Variance variance) {
    auto [known, is_new] = m_known.try_emplace({variable.name, variable.fallback, variance});
    if (is_new) {
      const std::string_view suffix = variance == Variance::out ? "_co" : variance == Variance::in ? "_contra" : "";
      const auto base = "_" + std::string(variable.name) + std::string(suffix);
      known->second = base;
      for (int count = 2; !m_names.insert(known->second).second; ++count) {
        known->second = base + "_" + std::to_string(count);
      }
      m_out += known->second + " = TypeVar(\"" + known->second + "\"";
      m_out += variable.fallback.empty() ? "" : ", default=" + std::string(variable.fallback);
      m_out += variance == Variance::out  ? ", covariant=True)\n"
               : variance == Variance::in ? ", contravariant=True)\n"
                                          : ")\n";
    }
    variable.declared = known->second;
  }

  void rewrite(std::string_view header, std::string_view body) {
    constexpr std::string_view keyword = "class ";
    const auto open = header.find('[');
    const auto close = skip_brackets(header, open);
    const auto name = header.substr(keyword.size(), open - keyword.size());
    auto variables = variables_of(header.substr(open + 1, close - open - 2));
    auto bases = header.substr(close);
    const auto end = bases.starts_with('(') ? skip_brackets(bases, 0) : 0;
    const auto rest = bases.substr(end);
    bases = end > 1 ? bases.substr(1, end - 2) : std::string_view{};
    std::string generic;
    for (auto& variable : variables) {
      declare(variable, variance_of(name, bases, body, variable.name));
      generic += (generic.empty() ? "" : ", ") + variable.declared;
    }
    m_out += "class " + std::string(name) + "(" + replaced(bases, variables) + (bases.empty() ? "" : ", ") +
             "Generic[" + generic + "])" + std::string(rest) + "\n";
    m_out += replaced(body, variables);
  }

  static std::string replaced(std::string_view text, const std::vector<Variable>& variables) {
    std::string out;
    std::size_t copied = 0;
    for_each_word(text, [&](std::size_t index, std::string_view word, bool is_other) {
      const auto variable = std::find_if(
          variables.begin(), variables.end(), [&](const Variable& each) { return each.name == word; });
      if (variable != variables.end() && !is_other) {
        out += text.substr(copied, index - copied);
        out += variable->declared;
        copied = index + word.size();
      }
    });
    out += text.substr(copied);
    return out;
  }

  std::string_view m_text;
  std::string m_out;
  std::size_t m_copied = 0; ///< how far the text is in m_out
  std::map<std::tuple<std::string_view, std::string_view, Variance>, std::string> m_known;
  std::set<std::string> m_names;
};

} // namespace

std::string declare_type_variables(std::string_view definitions) {
  return Writer(definitions).run();
}

} // namespace pyw::typegen

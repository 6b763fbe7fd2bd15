#include <base/text.hpp>
#include <typegen/python_text.hpp>
#include <typegen/type_variables.hpp>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

namespace pyw::typegen {

namespace {

constexpr std::string_view class_keyword = "class ";
constexpr std::string_view triple_quote = "\"\"\"";

/// What a class does with values of a parameter's type; neither is known of a parameter without uses.
struct Use {
  bool gives = false;
  bool takes = false;

  [[nodiscard]] Use reversed() const { return {takes, gives}; }

  void add(const Use& other) {
    gives = gives || other.gives;
    takes = takes || other.takes;
  }

  auto operator<=>(const Use&) const = default;
};

struct Variable {
  std::string_view name;
  std::string_view fallback;
  Use use = {};
  std::string declared = {}; ///< the name of what stands for it
};

/// `class name[variables](bases):` and what follows it.
struct GenericClass {
  std::string_view name;
  std::vector<Variable> variables = {};
  std::string_view bases = {};
  std::string_view rest = {}; ///< of the header, from its colon on
  std::string_view body = {};
  std::size_t start = 0; ///< in the module
  std::size_t end = 0;
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

// --- The classes of a module ---

std::vector<Variable> variables_of(std::string_view clause) {
  std::vector<Variable> variables;
  while (!clause.empty()) {
    std::size_t comma = 0;
    while (comma < clause.size() && clause[comma] != ',') {
      comma = clause[comma] == '[' ? skip_brackets(clause, comma) : comma + 1;
    }
    const auto one = clause.substr(0, comma);
    const auto equals = one.find(" = ");
    const bool has_fallback = equals != std::string_view::npos;
    variables.push_back(
        {trim(one.substr(0, equals)), has_fallback ? trim(one.substr(equals + 3)) : std::string_view{}});
    clause.remove_prefix(std::min(comma + 1, clause.size()));
  }
  return variables;
}

/// Where the first line from `index` on stands that is neither indented nor empty.
std::size_t end_of_body(std::string_view text, std::size_t index) {
  while (index < text.size() && (text[index] == ' ' || text[index] == '\n')) {
    index = std::min(text.find('\n', index), text.size() - 1) + 1;
  }
  return std::min(index, text.size());
}

std::vector<GenericClass> generic_classes_of(std::string_view text) {
  std::vector<GenericClass> classes;
  for (std::size_t start = 0; start < text.size();) {
    const auto line_end = std::min(text.find('\n', start), text.size() - 1) + 1;
    const auto line = text.substr(start, line_end - start);
    const auto open = end_of_word(line, std::min(class_keyword.size(), line.size()));
    if (line.starts_with(class_keyword) && open < line.size() && line[open] == '[') {
      GenericClass found{.name = line.substr(class_keyword.size(), open - class_keyword.size()),
                         .start = start};
      const auto close = skip_brackets(line, open);
      found.variables = variables_of(line.substr(open + 1, close - open - 2));
      const auto bases = line.substr(close);
      const auto bases_end = bases.starts_with('(') ? skip_brackets(bases, 0) : 0;
      found.bases = bases_end > 1 ? bases.substr(1, bases_end - 2) : std::string_view{};
      found.rest = bases.substr(bases_end);
      found.end = end_of_body(text, line_end);
      found.body = text.substr(line_end, found.end - line_end);
      start = found.end;
      classes.push_back(std::move(found));
    } else {
      start = line_end;
    }
  }
  return classes;
}

/// Whether the word names an attribute, a function or a parameter rather than a type.
bool is_no_type(std::string_view text, std::size_t start, std::size_t end) {
  if (start > 0 && text[start - 1] == '.') {
    return true;
  }
  if (end >= text.size() || text[end] != ':') {
    return end < text.size() && (text[end] == '(' || text[end] == '=');
  }
  const auto before = start == 0 ? std::string_view::npos : text.find_last_not_of(' ', start - 1);
  return before == std::string_view::npos ||
         std::string_view("\n(,*").find(text[before]) != std::string_view::npos; // `-> R:` is a type
}

// --- How they vary ---

using Uses = std::map<std::string_view, std::vector<Use>>; ///< by class: of each variable

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

/// An open bracket: `Promise[` and which of its arguments this is.
struct Opened {
  std::string_view type; ///< empty of a list of parameters
  std::size_t argument = 0;
};

class UseFinder {
public:
  UseFinder(const Uses& known, std::string_view variable) : m_known(known), m_variable(variable) {}

  [[nodiscard]] Use run(const GenericClass& found) {
    add(found.bases, {.gives = true});
    const auto body = found.body;
    for (std::size_t start = 0; start < body.size();) {
      auto end = std::min(body.find('\n', start), body.size());
      const auto line = body.substr(start, end - start);
      const auto indent = std::min(line.find_first_not_of(' '), line.size());
      if (line.substr(indent).starts_with(triple_quote)) {
        end = std::min(body.find('\n', skip_string(body, start + indent)), body.size());
      } else if (indent == 4) {
        add_line(line);
      }
      start = end + 1;
    }
    return m_use;
  }

private:
  void add_line(std::string_view line) {
    const auto code = trim(line);
    if (code.starts_with("def ") || code.starts_with("async def ")) {
      auto open = line.find_first_of("[(", line.find("def ") + 4);
      open = open < line.size() && line[open] == '[' ? skip_brackets(line, open) : open;
      if (open < line.size()) {
        const auto close = skip_brackets(line, open);
        add(line.substr(open + 1, close - open - 2), {.takes = true});
        add(line.substr(close), {.gives = true});
      }
    } else if (!code.starts_with('@')) { // an attribute, which can be assigned
      add(line.substr(std::min(line.find_first_of(":="), line.size())), {.gives = true, .takes = true});
    }
  }

  void add(std::string_view text, const Use& outermost) {
    std::vector<Opened> around;
    std::string_view last;
    for (std::size_t index = 0; index < text.size();) {
      const char c = text[index];
      if (c == '"') {
        index = skip_string(text, index);
      } else if (is_word(c)) {
        const auto end = end_of_word(text, index);
        last = text.substr(index, end - index);
        if (last == m_variable && !is_no_type(text, index, end)) {
          m_use.add(use_inside(around, outermost));
        }
        index = end;
      } else {
        if (c == '[' || c == '(') {
          around.push_back({c == '(' ? "tuple" : last}); // brackets around a union change nothing
        } else if ((c == ']' || c == ')') && !around.empty()) {
          around.pop_back();
        } else if (c == ',' && !around.empty()) {
          ++around.back().argument;
        }
        last = {};
        ++index;
      }
    }
  }

  [[nodiscard]] Use use_inside(const std::vector<Opened>& around, Use use) const {
    for (const auto& [type, argument] : around) {
      const auto known = m_known.find(type);
      if (type.empty()) { // Callable[[…], …]: what it is called with goes the other way
        use = use.reversed();
      } else if (known != m_known.end() && argument < known->second.size()) {
        const auto& inner = known->second[argument];
        Use together;
        together.add(inner.gives ? use : Use{});
        together.add(inner.takes ? use.reversed() : Use{});
        use = together;
      } else if (!only_gives(type) && type != "Callable") {
        use = {.gives = true, .takes = true};
      }
    }
    return use;
  }

  const Uses& m_known;
  std::string_view m_variable;
  Use m_use;
};

/// Classes that mention each other: what is found of one adds to what is known of the other.
void find_uses(std::vector<std::vector<GenericClass>>& modules) {
  Uses known;
  for (const auto& classes : modules) {
    for (const auto& each : classes) {
      known[each.name].resize(std::max(known[each.name].size(), each.variables.size()));
    }
  }
  for (bool is_settled = false; !is_settled;) {
    is_settled = true;
    for (auto& classes : modules) {
      for (auto& each : classes) {
        for (std::size_t index = 0; index < each.variables.size(); ++index) {
          auto& use = each.variables[index].use;
          use = UseFinder(known, each.variables[index].name).run(each);
          auto& together = known[each.name][index]; // two modules may have classes of one name
          const auto before = together;
          together.add(use);
          is_settled = is_settled && together == before;
        }
      }
    }
  }
}

// --- Writing ---

std::string with_declared_names(std::string_view text, const std::vector<Variable>& variables) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t index = 0; index < text.size();) {
    if (text[index] == '"') {
      index = skip_string(text, index);
      continue;
    }
    if (text[index] == '#') {
      index = std::min(text.find('\n', index), text.size());
      continue;
    }
    if (!is_word(text[index])) {
      ++index;
      continue;
    }
    const auto end = end_of_word(text, index);
    const auto variable = std::find_if(variables.begin(), variables.end(), [&](const Variable& each) {
      return each.name == text.substr(index, end - index);
    });
    if (variable != variables.end() && !is_no_type(text, index, end)) {
      out += text.substr(copied, index - copied);
      out += variable->declared;
      copied = end;
    }
    index = end;
  }
  out += text.substr(copied);
  return out;
}

class Writer {
public:
  std::string run(std::string_view text, std::vector<GenericClass>& classes) {
    std::size_t copied = 0;
    m_out.reserve(text.size() + text.size() / 16);
    for (auto& each : classes) {
      if (each.bases.find("Protocol") != std::string_view::npos) {
        continue;
      }
      m_out += text.substr(copied, each.start - copied);
      copied = each.end;
      write(each);
    }
    m_out += text.substr(copied);
    return std::move(m_out);
  }

private:
  void write(GenericClass& each) {
    std::string generic;
    for (auto& variable : each.variables) {
      declare(variable);
      generic += (generic.empty() ? "" : ", ") + variable.declared;
    }
    const auto keyword = each.bases.rfind("total="); // of a TypedDict: after all bases
    const auto bases = each.bases.substr(0, keyword == std::string_view::npos ? keyword : keyword - 2);
    m_out += std::string(class_keyword) + std::string(each.name) + "(" +
             with_declared_names(bases, each.variables) + (bases.empty() ? "" : ", ") + "Generic[" + generic +
             "]" + std::string(each.bases.substr(bases.size())) + ")" + std::string(each.rest) +
             with_declared_names(each.body, each.variables);
  }

  /// Its declaration, where the module has not got one like it.
  void declare(Variable& variable) {
    const bool is_in = variable.use.takes && !variable.use.gives;
    const bool is_out = !variable.use.takes;
    auto [known, is_new] = m_known.try_emplace({variable.name, variable.fallback, is_in, is_out});
    if (is_new) {
      const auto base = "_" + std::string(variable.name) + (is_out ? "_co" : is_in ? "_contra" : "");
      known->second = base;
      for (int count = 2; !m_names.insert(known->second).second; ++count) {
        known->second = base + "_" + std::to_string(count);
      }
      m_out += known->second + " = TypeVar(" + quote(known->second);
      m_out += variable.fallback.empty() ? "" : ", default=" + std::string(variable.fallback);
      m_out += is_out ? ", covariant=True" : is_in ? ", contravariant=True" : "";
      m_out += ")\n";
    }
    variable.declared = known->second;
  }

  std::string m_out;
  std::map<std::tuple<std::string_view, std::string_view, bool, bool>, std::string> m_known;
  std::set<std::string> m_names;
};

} // namespace

void declare_type_variables(std::map<std::string_view, std::string>& modules) {
  std::vector<std::vector<GenericClass>> classes;
  for (const auto& [name, text] : modules) {
    classes.push_back(generic_classes_of(text));
  }
  find_uses(classes);
  std::size_t index = 0;
  for (auto& [name, text] : modules) {
    auto written = Writer().run(text, classes[index++]);
    text = std::move(written);
  }
}

} // namespace pyw::typegen

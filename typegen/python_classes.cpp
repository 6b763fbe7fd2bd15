#include <base/text.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/python_classes.hpp>

#include <algorithm>
#include <set>

namespace pyw::typegen {

namespace {

/// What a stub can name without an import of the project's own modules.
bool can_be_named(std::string_view annotation) {
  static const std::set<std::string, std::less<>> known{
      "Any",   "None",     "str",      "int",     "float",      "bool",     "bytes",   "list",
      "dict",  "tuple",    "set",      "object",  "memoryview", "datetime", "Literal", "Optional",
      "Union", "Iterable", "Sequence", "Mapping", "List",       "Dict",     "True",    "False"};
  if (annotation.find_first_of("'\"") != std::string_view::npos &&
      annotation.find("Literal[") == std::string_view::npos) {
    return false; // a name that is only written later
  }
  const auto names = identifiers_in(annotation);
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return known.contains(name) || (name.front() >= '0' && name.front() <= '9');
  });
}

/// The parts between the commas that stand outside of brackets and strings.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  char quoted = 0;
  std::string part;
  for (const char c : text) {
    if (quoted != 0) {
      quoted = c == quoted ? '\0' : quoted;
    } else if (c == '"' || c == '\'') {
      quoted = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
    if (c == ',' && depth == 0 && quoted == 0) {
      parts.emplace_back(trim(part));
      part.clear();
    } else {
      part += c == '\n' ? ' ' : c;
    }
  }
  if (!trim(part).empty()) {
    parts.emplace_back(trim(part));
  }
  return parts;
}

/// "by: int = 1" -> "by: int = ...".
std::string write_parameter(std::string_view parameter) {
  if (parameter == "/" || parameter == "*") {
    return std::string(parameter);
  }
  auto equals = std::string_view::npos;
  int depth = 0;
  for (std::size_t index = 0; index < parameter.size(); ++index) {
    depth += parameter[index] == '[' || parameter[index] == '('   ? 1
             : parameter[index] == ']' || parameter[index] == ')' ? -1
                                                                  : 0;
    if (parameter[index] == '=' && depth == 0) {
      equals = index;
      break;
    }
  }
  const bool has_default = equals != std::string_view::npos;
  const auto declared = trim(parameter.substr(0, equals));
  const auto colon = declared.find(':');
  const auto annotation =
      colon == std::string_view::npos ? std::string_view("Any") : trim(declared.substr(colon + 1));
  return std::string(trim(declared.substr(0, colon))) + ": " +
         (can_be_named(annotation) ? std::string(annotation) : "Any") + (has_default ? " = ..." : "");
}

/// The position after the bracket that closes the one at `open`; npos when none does.
std::size_t after_closing(std::string_view text, std::size_t open) {
  int depth = 0;
  char quoted = 0;
  for (auto index = open; index < text.size(); ++index) {
    const char c = text[index];
    if (quoted != 0) {
      quoted = c == quoted ? '\0' : quoted;
    } else if (c == '"' || c == '\'') {
      quoted = c;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if ((c == ')' || c == ']') && --depth == 0) {
      return index + 1;
    }
  }
  return std::string_view::npos;
}

void read_method(std::string_view rest, PythonClass& owner) {
  const auto open = rest.find('(');
  const auto close = open == std::string_view::npos ? open : after_closing(rest, open);
  if (close == std::string_view::npos) {
    return;
  }
  PythonMethod method;
  method.name = trim(rest.substr(0, rest.find_first_of("([")));
  auto parameters = split_arguments(rest.substr(open + 1, close - open - 2));
  if (is_handler(method.name) || parameters.empty()) {
    return;
  }
  parameters.erase(parameters.begin()); // self
  std::vector<std::string> written;
  for (const auto& parameter : parameters) {
    written.push_back(write_parameter(parameter));
  }
  method.parameters = join(written, ", ");
  const auto colon = rest.find(':', close);
  auto result = trim(rest.substr(close, colon == std::string_view::npos ? 0 : colon - close));
  result = result.starts_with("->") ? trim(result.substr(2)) : std::string_view("Any");
  method.result = can_be_named(result) ? std::string(result) : "Any";
  std::erase_if(owner.methods, [&](const PythonMethod& each) { return each.name == method.name; });
  owner.methods.push_back(std::move(method));
}

} // namespace

bool is_handler(std::string_view name) {
  static const std::set<std::string_view> names{"fetch",
                                                "alarm",
                                                "queue",
                                                "scheduled",
                                                "email",
                                                "tail",
                                                "trace",
                                                "test",
                                                "connect",
                                                "run",
                                                "webSocketMessage",
                                                "webSocketClose",
                                                "webSocketError",
                                                "tailStream",
                                                "on_fetch"};
  return name.starts_with('_') || names.contains(name);
}

std::vector<PythonClass> find_python_classes(std::string_view source) {
  std::vector<PythonClass> classes;
  bool inside = false;
  bool decorated = false;
  std::size_t indent = 0;
  for (std::size_t start = 0; start < source.size();) {
    const auto end = std::min(source.find('\n', start), source.size());
    const auto line = source.substr(start, end - start);
    const auto first = line.find_first_not_of(" \t");
    const auto text = first == std::string_view::npos ? std::string_view{} : line.substr(first);
    if (text.empty() || text.starts_with('#')) {
      start = end + 1;
      continue;
    }
    if (first == 0) {
      inside = text.starts_with("class ");
      indent = 0;
      if (inside) {
        PythonClass found;
        found.name = trim(text.substr(6, text.find_first_of("(:[") - 6));
        const auto open = text.find('(');
        const auto close = open == std::string_view::npos ? open : after_closing(source, start + open);
        if (close != std::string_view::npos) {
          found.bases = split_arguments(source.substr(start + open + 1, close - start - open - 2));
        }
        classes.push_back(std::move(found));
      }
    } else if (inside) {
      indent = indent == 0 ? first : indent;
      if (first == indent && text.starts_with('@')) {
        decorated = true; // properties, static methods and the like are no methods of a stub
      } else if (first == indent) {
        const bool is_async = text.starts_with("async def ");
        if ((is_async || text.starts_with("def ")) && !decorated) {
          read_method(source.substr(start + first + (is_async ? 10 : 4)), classes.back());
        }
        decorated = false;
      }
    }
    start = end + 1;
  }
  return classes;
}

} // namespace pyw::typegen

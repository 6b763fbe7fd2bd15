#include <base/text.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/python_classes.hpp>

#include <algorithm>
#include <cctype>
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

/// The parts between the commas that stand outside of brackets, strings and comments.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  char quoted = 0;
  bool is_comment = false;
  std::string part;
  for (const char c : text) {
    is_comment = c != '\n' && (is_comment || (c == '#' && quoted == 0));
    if (is_comment) {
      continue;
    }
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
    } else if (c == '#') {
      index = std::min(text.find('\n', index), text.size()); // its brackets and quotes are none
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

/// What a call can give, all by position.
std::string write_parameters(const std::vector<std::string>& parameters) {
  std::vector<std::string> written;
  std::string rest;
  for (const auto& parameter : parameters) {
    if (parameter.starts_with('*')) {
      rest = parameter.starts_with("**") || parameter == "*" ? "" : write_parameter(parameter);
      break; // what follows has keywords only
    }
    if (parameter != "/") {
      written.push_back(write_parameter(parameter));
    }
  }
  if (!written.empty()) {
    written.emplace_back("/");
  }
  if (!rest.empty()) {
    written.push_back(rest);
  }
  return join(written, ", ");
}

/// What of a method's result arrives: bytes go as a Uint8Array, which the wrapper shows as a memoryview.
std::string write_result(std::string_view result) {
  if (!can_be_named(result)) {
    return "Any";
  }
  static constexpr std::string_view bytes = "bytes";
  std::string text(result);
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (auto at = text.find(bytes); at != std::string::npos; at = text.find(bytes, at + 1)) {
    const bool starts = at == 0 || !is_letter(text[at - 1]);
    const bool ends = at + bytes.size() == text.size() || !is_letter(text[at + bytes.size()]);
    if (starts && ends && text.find("Literal[") == std::string::npos) {
      text.replace(at, bytes.size(), "memoryview");
    }
  }
  return text;
}

enum class Decorated {
  no,      ///< or by what changes nothing that a caller sees
  outside, ///< by something that may change everything
  unbound, ///< a static method: it has no `self`
  hidden,  ///< a property, or the like
};

/// What a line that starts with `@` says of the method below.
Decorated read_decorator(std::string_view line) {
  auto name = trim(line.substr(1, line.find_first_of("(#") - 1));
  if (name.ends_with(".setter") || name.ends_with(".getter") || name.ends_with(".deleter")) {
    return Decorated::hidden;
  }
  const auto dot = name.rfind('.');
  name = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (name == "override" || name == "final" || name == "abstractmethod" || name == "classmethod") {
    return Decorated::no;
  }
  return name == "staticmethod"                            ? Decorated::unbound
         : name == "property" || name == "cached_property" ? Decorated::hidden
                                                           : Decorated::outside;
}

void read_method(std::string_view rest, Decorated decorated, PythonClass& owner) {
  const auto open = rest.find('(');
  const auto close = open == std::string_view::npos ? open : after_closing(rest, open);
  if (close == std::string_view::npos) {
    return;
  }
  PythonMethod method;
  method.name = trim(rest.substr(0, rest.find_first_of("([")));
  auto parameters = split_arguments(rest.substr(open + 1, close - open - 2));
  if (is_handler(method.name) || (parameters.empty() && decorated != Decorated::unbound)) {
    return;
  }
  if (decorated != Decorated::unbound) {
    parameters.erase(parameters.begin()); // self
  }
  method.parameters = decorated == Decorated::outside ? "*arguments: Any" : write_parameters(parameters);
  const auto colon = rest.find(':', close);
  auto result = trim(rest.substr(close, colon == std::string_view::npos ? 0 : colon - close));
  result = result.starts_with("->") ? trim(result.substr(2)) : std::string_view("Any");
  method.result = decorated == Decorated::outside ? "Any" : write_result(result);
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

bool is_known_base(std::string_view base) {
  static const std::set<std::string_view> names{"WorkerEntrypoint",
                                                "DurableObject",
                                                "WorkflowEntrypoint",
                                                "RpcTarget",
                                                "ABC",
                                                "Generic",
                                                "Protocol",
                                                "object",
                                                "Object"};
  return names.contains(base);
}

Ancestry ancestry_of(const PythonClass& found, const std::vector<PythonClass>& classes) {
  Ancestry ancestry{{&found}};
  for (std::size_t index = 0; index < ancestry.classes.size(); ++index) {
    for (const std::string_view base : ancestry.classes[index]->bases) {
      auto name = trim(base.substr(0, base.find('[')));
      name = name.substr(name.rfind('.') + 1);
      if (name.find('=') != std::string_view::npos || is_known_base(name)) {
        continue; // `metaclass=…`
      }
      const auto known = std::find_if(classes.begin(), classes.end(), [&](const PythonClass& each) {
        return each.name == name && each.worker == found.worker;
      });
      if (known == classes.end()) {
        ancestry.is_whole = false;
      } else if (std::find(ancestry.classes.begin(), ancestry.classes.end(), &*known) ==
                 ancestry.classes.end()) {
        ancestry.classes.push_back(&*known);
      }
    }
  }
  return ancestry;
}

std::vector<PythonClass> find_python_classes(std::string_view source) {
  std::vector<PythonClass> classes;
  bool inside = false;
  auto decorated = Decorated::no;
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
        decorated = std::max(decorated, read_decorator(text));
      } else if (first == indent) {
        const bool is_async = text.starts_with("async def ");
        if ((is_async || text.starts_with("def ")) && decorated != Decorated::hidden) {
          read_method(source.substr(start + first + (is_async ? 10 : 4)), decorated, classes.back());
        }
        decorated = text.starts_with(')') ? decorated : Decorated::no; // the end of a decorator's call
      }
    }
    start = end + 1;
  }
  return classes;
}

} // namespace pyw::typegen

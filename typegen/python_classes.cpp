#include <base/text.hpp>
#include <typegen/javascript_types.hpp>
#include <typegen/python_annotations.hpp>
#include <typegen/python_classes.hpp>
#include <typegen/python_source.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <set>

namespace pyw::typegen {

namespace {

/// With what another call has given, where a record can be: it may have come from there.
std::string with_what_came(std::string type, const RecordBook& records) {
  const auto arms = split_outside(type, '|');
  const bool is_record = std::any_of(arms.begin(), arms.end(), [&](std::string_view arm) {
    return records.record(arm.substr(0, end_of_word(arm, 0))) != nullptr;
  });
  return is_record ? type + std::string(or_what_came) : type;
}

/// "by: int = 1" -> "by: int = ...".
std::string write_parameter(std::string_view parameter, const RecordBook& records) {
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
  const auto type = colon == std::string_view::npos
                        ? "Any"
                        : with_what_came(annotated_type(declared.substr(colon + 1), records), records);
  return std::string(trim(declared.substr(0, colon))) + ": " + type + (has_default ? " = ..." : "");
}

/// What a call can give, all by position.
std::string write_parameters(const std::vector<std::string>& parameters, const RecordBook& records) {
  std::vector<std::string> written;
  std::string rest;
  for (const auto& parameter : parameters) {
    if (parameter.starts_with('*')) {
      rest = parameter.starts_with("**") || parameter == "*" ? "" : write_parameter(parameter, records);
      break; // what follows has keywords only
    }
    if (parameter != "/") {
      written.push_back(write_parameter(parameter, records));
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

/// What of a method's result arrives: bytes go as a Uint8Array, which the wrapper shows as a memoryview. A
/// record arrives as a dict with attributes, which a TypedDict has not.
std::string write_result(std::string_view result) {
  auto type = annotated_type(result, RecordBook());
  return type.find("Literal[") == std::string::npos ? with_names(type, {{"bytes", "memoryview"}}) : type;
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

/// `event: "WorkflowEvent[Order]"` -> what stands for `Order`; empty when nothing is said of it.
std::string payload_of(std::string_view parameter, const RecordBook& records) {
  const auto colon = parameter.find(':');
  if (colon == std::string_view::npos) {
    return {};
  }
  constexpr std::string_view event = "WorkflowEvent[";
  const auto type = without_quotes(parameter.substr(colon + 1));
  const auto open = type.find(event);
  const bool is_event = open != std::string_view::npos && (open == 0 || type[open - 1] == '.');
  if (!is_event || !type.ends_with(']')) {
    return {};
  }
  const auto start = open + event.size();
  return annotated_type(type.substr(start, type.size() - start - 1), records);
}

void read_method(std::string_view rest, Decorated decorated, const RecordBook& records, PythonClass& owner) {
  const auto open = rest.find('(');
  const auto close = open == std::string_view::npos ? open : after_closing(rest, open);
  if (close == std::string_view::npos) {
    return;
  }
  PythonMethod method;
  method.name = trim(rest.substr(0, rest.find_first_of("([")));
  auto parameters = split_arguments(rest.substr(open + 1, close - open - 2));
  if (method.name == "run" && parameters.size() > 1) {
    owner.payload = payload_of(parameters[1], records);
  }
  if (is_handler(method.name) || (parameters.empty() && decorated != Decorated::unbound)) {
    return;
  }
  if (decorated != Decorated::unbound) {
    parameters.erase(parameters.begin()); // self
  }
  method.parameters =
      decorated == Decorated::outside ? "*arguments: Any" : write_parameters(parameters, records);
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

std::vector<PythonClass> find_python_classes(std::string_view source, const RecordBook& records) {
  std::vector<PythonClass> classes;
  for (const auto& each : python_class_sources(source)) {
    PythonClass found{std::string(each.name), each.bases, {}};
    auto decorated = Decorated::no;
    for (const auto statement : each.statements) {
      if (statement.starts_with('@')) {
        decorated = std::max(decorated, read_decorator(statement.substr(0, statement.find('\n'))));
        continue;
      }
      const bool is_async = statement.starts_with("async def ");
      if ((is_async || statement.starts_with("def ")) && decorated != Decorated::hidden) {
        read_method(statement.substr(is_async ? 10 : 4), decorated, records, found);
      }
      decorated = statement.starts_with(')') ? decorated : Decorated::no; // the end of a decorator's call
    }
    classes.push_back(std::move(found));
  }
  return classes;
}

} // namespace pyw::typegen

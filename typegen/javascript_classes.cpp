#include <base/text.hpp>
#include <typegen/cst.hpp>
#include <typegen/javascript_classes.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace pyw::typegen {

namespace {

/// What a JSDoc comment says: types by parameter, and under "" that of the result.
std::map<std::string, std::string, std::less<>> types_in(std::string_view comment) {
  std::map<std::string, std::string, std::less<>> types;
  for (const auto tag : {"@param", "@returns", "@return"}) {
    for (auto at = comment.find(tag); at != std::string_view::npos; at = comment.find(tag, at + 1)) {
      auto rest = comment.substr(at + std::string_view(tag).size());
      rest = trim(rest.substr(0, rest.find('\n')));
      const auto close = rest.rfind('}');
      if (!rest.starts_with('{') || close == std::string_view::npos) {
        continue;
      }
      const auto type = trim(rest.substr(1, close - 1));
      auto name = trim(rest.substr(close + 1));
      name = name.substr(0, name.find_first_of(" \t="));
      name = name.starts_with('[') ? name.substr(1) : name;
      name = name.ends_with(']') ? name.substr(0, name.size() - 1) : name;
      types.emplace(std::string_view(tag) == "@param" ? std::string(name) : "", type);
    }
  }
  return types;
}

/// What JavaScript itself calls, or a stub has of its own.
bool is_hidden(std::string_view name) {
  return !is_identifier(name) || is_handler(name) || name == "constructor" || name == "dup";
}

/// The last argument of `WorkflowEvent<Order>` or `WorkflowEntrypoint<Env, Order>`; empty when it is another
/// type. `count` is how many there must be.
std::string_view last_argument_of(std::string_view text, std::string_view generic, std::size_t count) {
  const auto at = text.find(generic);
  auto rest = text.substr(at == std::string_view::npos ? text.size() : at + generic.size());
  if (!rest.starts_with('<')) {
    return {};
  }
  std::size_t close = 0;
  for (int depth = 0; close < rest.size(); ++close) {
    depth += rest[close] == '<' ? 1 : rest[close] == '>' ? -1 : 0;
    if (depth == 0) {
      break;
    }
  }
  const auto arguments = split_outside(rest.substr(1, close - 1), ',');
  return arguments.size() == count ? arguments.back() : std::string_view{};
}

class MethodReader {
public:
  MethodReader(const Node& node, std::string_view comment, const DeclaredTypes& types, RecordBook* records)
      : m_node(node), m_documented(types_in(comment)), m_types(types), m_records(records) {}

  std::optional<PythonMethod> read() {
    for (const auto& child : m_node.children()) {
      const auto text = child.text();
      const bool hides = text == "static" || text == "get" || text == "set" || text == "*" ||
                         (child.kind() == Syntax::accessibility_modifier && text != "public");
      if (hides && child.offset() < m_node.field("name").offset()) {
        return std::nullopt;
      }
    }
    PythonMethod method;
    method.name = m_node.field("name").text();
    if (m_node.field("name").kind() != Syntax::property_identifier || is_hidden(method.name)) {
      return std::nullopt;
    }
    std::vector<std::string> parameters;
    for (const auto& each : m_node.field("parameters").named_children()) {
      parameters.push_back(parameter(each, parameters.size()));
    }
    // One that may be left out and stands before one that may not cannot be left out.
    bool may_miss = true;
    for (auto each = parameters.rbegin(); each != parameters.rend(); ++each) {
      if (each->starts_with('*')) {
        continue;
      }
      may_miss = may_miss && each->ends_with(" = ...");
      if (!may_miss && each->ends_with(" = ...")) {
        each->resize(each->size() - std::string_view(" = ...").size());
      }
    }
    method.name = attribute_name(method.name);
    method.parameters = by_position(parameters);
    if (auto last = keywords_for(parameters); !last.empty()) {
      parameters.back() = std::move(last);
      method.keywords = by_position(parameters);
    }
    method.result = type_of(m_node.field("return_type"), "", Way::out);
    return method;
  }

  /// Of a workflow's `run(event: WorkflowEvent<Order>, …)`: what the event brings.
  std::string payload() {
    const auto parameters = m_node.field("parameters").named_children();
    if (m_node.field("name").text() != "run" || parameters.empty()) {
      return {};
    }
    const auto written = parameters.front().field("pattern");
    const auto annotation = parameters.front().field("type");
    const auto documented = m_documented.find(written.valid() ? written.text() : std::string_view{});
    const auto type =
        last_argument_of(annotation.valid()                 ? annotation.text()
                         : documented != m_documented.end() ? std::string_view(documented->second)
                                                            : std::string_view{},
                         "WorkflowEvent",
                         1);
    return type.empty() ? std::string() : python_type(type, Way::in, m_types, m_records, "params");
  }

private:
  /// JavaScript knows no keywords: all but what may come any number of times is given by position.
  static std::string by_position(std::vector<std::string> parameters) {
    const bool is_variadic = !parameters.empty() && parameters.back().starts_with('*');
    if (parameters.size() > (is_variadic ? 1U : 0U)) {
      parameters.insert(parameters.end() - (is_variadic ? 1 : 0), "/");
    }
    return join(parameters, ", ");
  }

  /// "user: _UserDict | JsObject | JsDict[Any]" as keywords; empty when the last parameter cannot be given
  /// so. Where no key must be there, a call without any would leave out what may not be left out.
  [[nodiscard]] std::string keywords_for(const std::vector<std::string>& parameters) const {
    if (m_records == nullptr || parameters.empty() || parameters.back().starts_with('*')) {
      return {};
    }
    std::string_view type = parameters.back();
    const bool may_miss = type.ends_with(" = ...");
    type.remove_prefix(type.find(": ") + 2);
    const auto* record = m_records->record(type.substr(0, type.find(" | ")));
    if (record == nullptr || !can_be_keywords(*record)) {
      return {};
    }
    const bool has_required = std::any_of(
        record->keys.begin(), record->keys.end(), [](const RecordKey& key) { return key.required; });
    return may_miss || has_required ? "**options: Unpack[" + record->name + "]" : std::string();
  }

  std::string parameter(const Node& node, std::size_t index) {
    auto pattern = node.field("pattern");
    const bool is_rest = pattern.valid() && pattern.kind() == Syntax::rest_pattern;
    if (is_rest && !pattern.named_children().empty()) {
      pattern = pattern.named_children().front();
    }
    const auto written = pattern.valid() ? pattern.text() : std::string_view{};
    const auto name =
        is_identifier(written) ? attribute_name(written) : "argument" + std::to_string(index + 1);
    auto type = type_of(node.field("type"), written, Way::in);
    if (is_rest) {
      constexpr std::string_view list = "ListLike[";
      const bool is_list = type.starts_with(list) && type.ends_with(']');
      return "*" + name + ": " + (is_list ? type.substr(list.size(), type.size() - list.size() - 1) : type);
    }
    const bool optional = node.kind() == Syntax::optional_parameter || node.field("value").valid();
    return name + ": " + type + (optional ? " = ..." : "");
  }

  std::string type_of(const Node& annotation, std::string_view name, Way way) const {
    const auto hint = name.empty() ? m_node.field("name").text() : name;
    if (annotation.valid()) {
      const auto text = annotation.text();
      return python_type(trim(text.starts_with(':') ? text.substr(1) : text), way, m_types, m_records, hint);
    }
    const auto found = m_documented.find(name);
    return found == m_documented.end() ? "Any" : python_type(found->second, way, m_types, m_records, hint);
  }

  Node m_node;
  std::map<std::string, std::string, std::less<>> m_documented;
  const DeclaredTypes& m_types;
  RecordBook* m_records;
};

/// The names of a file, and of its Worker's types.
struct Declared {
  std::map<std::string_view, Node> classes;
  const DeclaredTypes& types;
  RecordBook* records;
};

/// What stands after `extends`; empty when there is none.
std::string_view heritage_of(const Node& node) {
  constexpr std::string_view extends = "extends";
  for (const auto& child : node.children()) {
    if (child.type_name() == "class_heritage" && child.text().starts_with(extends)) {
      return trim(child.text().substr(extends.size()));
    }
  }
  return {};
}

/// With the methods of the classes of this file that it is derived from.
PythonClass read_class(const Node& node, std::string name, const Declared& declared, int depth = 0) {
  PythonClass found;
  found.name = std::move(name);
  std::string_view comment;
  for (const auto& member : node.field("body").children()) {
    if (member.kind() == Syntax::comment) {
      comment = member.text();
      continue;
    }
    if (member.type_name() == "method_definition") {
      MethodReader reader(member, comment, declared.types, declared.records);
      found.payload = found.payload.empty() ? reader.payload() : found.payload;
      if (auto method = reader.read()) {
        std::erase_if(found.methods, [&](const PythonMethod& each) { return each.name == method->name; });
        found.methods.push_back(std::move(*method));
      }
    }
    comment = member.named() ? std::string_view{} : comment;
  }
  constexpr int deepest = 8;
  const auto heritage = heritage_of(node);
  const auto base = heritage.substr(0, heritage.find_first_of(" \t\r\n<({"));
  if (const auto payload = last_argument_of(heritage, "WorkflowEntrypoint", 2);
      found.payload.empty() && !payload.empty()) {
    found.payload = python_type(payload, Way::in, declared.types, declared.records, "params");
  }
  const auto here = declared.classes.find(base);
  if (here == declared.classes.end() || depth > deepest) {
    found.bases = base.empty() ? std::vector<std::string>{} : std::vector{std::string(base)};
    return found;
  }
  auto inherited = read_class(here->second, std::string(base), declared, depth + 1);
  found.bases = std::move(inherited.bases);
  found.payload = found.payload.empty() ? std::move(inherited.payload) : std::move(found.payload);
  for (auto& method : inherited.methods) {
    const auto has = std::any_of(found.methods.begin(), found.methods.end(), [&](const PythonMethod& each) {
      return each.name == method.name;
    });
    if (!has) {
      found.methods.push_back(std::move(method));
    }
  }
  return found;
}

bool is_class(const Node& node) {
  return node.kind() == Syntax::class_declaration || node.kind() == Syntax::abstract_class_declaration ||
         node.type_name() == "class";
}

} // namespace

std::vector<PythonClass>
find_javascript_classes(std::string_view source, const DeclaredTypes& types, RecordBook* records) {
  std::vector<PythonClass> classes;
  const SyntaxTree tree(source);
  Declared declared{{}, types, records};
  const auto statements = tree.root().named_children();
  for (const auto& statement : statements) {
    if (is_class(statement)) {
      declared.classes.emplace(statement.field("name").text(), statement);
    } else if (statement.kind() == Syntax::export_statement) {
      for (const auto& part : statement.children()) {
        if (is_class(part) && part.field("name").valid()) {
          declared.classes.emplace(part.field("name").text(), part);
        }
      }
    }
  }
  for (const auto& statement : statements) {
    if (statement.kind() != Syntax::export_statement) {
      continue;
    }
    const auto parts = statement.children();
    const bool is_default =
        std::any_of(parts.begin(), parts.end(), [](const Node& part) { return part.text() == "default"; });
    for (const auto& part : parts) {
      if (is_class(part)) {
        auto name = is_default ? "default" : std::string(part.field("name").text());
        classes.push_back(read_class(part, std::move(name), declared));
      } else if (is_default && part.kind() == Syntax::identifier && declared.classes.contains(part.text())) {
        classes.push_back(read_class(declared.classes.at(part.text()), "default", declared));
      } else if (part.kind() == Syntax::export_clause) {
        for (const auto& specifier : part.named_children()) {
          const auto name = specifier.field("name").text();
          const auto alias = specifier.field("alias");
          if (declared.classes.contains(name)) {
            classes.push_back(read_class(
                declared.classes.at(name), std::string(alias.valid() ? alias.text() : name), declared));
          }
        }
      }
    }
  }
  return classes;
}

} // namespace pyw::typegen

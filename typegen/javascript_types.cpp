#include <base/text.hpp>
#include <typegen/cst.hpp>
#include <typegen/javascript_shapes.hpp>
#include <typegen/javascript_types.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace pyw::typegen {

namespace {

/// The text between the brackets of "Promise<string>" when it is that generic's.
std::optional<std::string_view> argument_of(std::string_view text, std::string_view generic) {
  const bool fits = text.starts_with(generic) && text.size() > generic.size() + 1 &&
                    text[generic.size()] == '<' && text.ends_with('>');
  return fits ? std::optional(trim(text.substr(generic.size() + 1, text.size() - generic.size() - 2)))
              : std::nullopt;
}

/// Whether the whole text stands in one pair of braces: `{ a: { b: string } }`, and not `{ a: string }[]`.
bool is_braced(std::string_view text) {
  if (!text.starts_with('{')) {
    return false;
  }
  int depth = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    depth += text[index] == '{' ? 1 : text[index] == '}' ? -1 : 0;
    if (depth == 0) {
      return index + 1 == text.size();
    }
  }
  return false;
}

/// `"a"`: the text between the quotes, where nothing in it is escaped.
std::optional<std::string_view> literal_of(std::string_view text) {
  if (text.size() < 2 || (text.front() != '"' && text.front() != '\'') || text.back() != text.front()) {
    return std::nullopt;
  }
  const auto inner = text.substr(1, text.size() - 2);
  return inner.find_first_of("\"'`\\\n") == std::string_view::npos ? std::optional(inner) : std::nullopt;
}

/// `Page<User>` by the declaration `<T = Other>{ items: T[] }`: its text with the arguments in their places.
/// Empty for what is not generic.
std::string instantiate(std::string_view declared, std::string_view arguments) {
  const auto instance = instance_of(declared, arguments);
  return instance ? with_values(instance->body, instance->values) : std::string();
}

class TypeReader {
public:
  TypeReader(Way way, const DeclaredTypes& types, RecordBook* records, std::string_view hint)
      : m_way(way), m_types(types), m_records(records), m_hint(hint) {}

  std::string read(std::string_view text);

private:
  std::string read_record(std::string_view text);
  std::string read_keys_of(std::string_view text);
  std::vector<RecordKey> record_keys(const std::vector<ObjectKey>& keys);
  std::string read_generic(std::string_view text);
  std::string read_declared(std::string_view declared, std::string_view arguments);

  [[nodiscard]] std::string either(std::string_view out, std::string_view in) const {
    return std::string(m_way == Way::out ? out : in);
  }

  /// A list that comes is one; what goes in may be any list whose elements fit.
  [[nodiscard]] std::string list_of(const std::string& element) const {
    return either("list[", "ListLike[") + element + "]";
  }

  [[nodiscard]] std::string object_of(const std::string& value) const {
    return either("JsDict[", "Mapping[str, ") + value + "]";
  }

  Way m_way;
  const DeclaredTypes& m_types;
  RecordBook* m_records; ///< where objects are kept with their keys; null: nowhere
  std::string m_hint;    ///< what an object is given as
  int m_work = 0;        ///< types read
  int m_depth = 0;       ///< names that stand for others: `type A = A[]` ends somewhere
};

std::string TypeReader::read_generic(std::string_view text) {
  if (const auto inner = argument_of(text, "Promise"); inner && m_way == Way::out) {
    return read(*inner);
  }
  for (const std::string_view same : {"Readonly", "NonNullable"}) {
    if (const auto inner = argument_of(text, same)) {
      return read(*inner);
    }
  }
  for (const std::string_view array : {"Array", "ReadonlyArray"}) {
    if (const auto inner = argument_of(text, array)) {
      return list_of(read(*inner));
    }
  }
  if (const auto inner = argument_of(text, "Record")) {
    const auto parts = split_outside(*inner, ',');
    return parts.size() == 2 && parts[0] == "string" ? object_of(read(parts[1])) : "Any";
  }
  if (const auto inner = argument_of(text, "Map"); inner && m_way == Way::out) {
    const auto parts = split_outside(*inner, ',');
    return parts.size() == 2 ? "dict[" + read(parts[0]) + ", " + read(parts[1]) + "]" : "Any";
  }
  if (const auto inner = argument_of(text, "Set")) {
    return "set[" + read(*inner) + "]";
  }
  const auto open = text.find('<');
  const auto named = open == std::string_view::npos ? m_types.end() : m_types.find(text.substr(0, open));
  if (named != m_types.end() && named->second.starts_with('<') && text.ends_with('>')) {
    return read_declared(named->second, text.substr(open + 1, text.size() - open - 2));
  }
  return "Any";
}

std::string TypeReader::read_declared(std::string_view declared, std::string_view arguments) {
  ++m_depth;
  auto type = declared.starts_with('<') ? read(instantiate(declared, arguments)) : read(declared);
  --m_depth;
  return type;
}

std::vector<RecordKey> TypeReader::record_keys(const std::vector<ObjectKey>& keys) {
  std::vector<RecordKey> read_keys;
  for (const auto& key : keys) {
    const auto hint = std::exchange(m_hint, m_hint + "_" + key.name);
    read_keys.push_back({key.name, read(key.type), !key.optional});
    m_hint = hint;
  }
  return read_keys;
}

/// An object whose keys are all known; else empty. What another call has given can be given too.
std::string TypeReader::read_record(std::string_view text) {
  if (m_records == nullptr) {
    return {};
  }
  const auto kind = m_way == Way::in ? RecordKind::given : RecordKind::result;
  const auto named = m_types.find(text);
  auto name = m_records->find(text, kind);
  if (name.empty()) {
    const auto keys = object_keys(text, m_types);
    if (!keys || keys->empty()) {
      return {};
    }
    if (named != m_types.end() && !named->second.starts_with('<')) {
      name = m_records->add(text, kind); // first, for it may contain itself
      const auto hint = std::exchange(m_hint, std::string(text));
      m_records->set_keys(name, record_keys(*keys));
      m_hint = hint;
    } else {
      name = m_records->add_unnamed(m_hint, record_keys(*keys), kind);
    }
  }
  return m_way == Way::in ? name + std::string(or_what_came) : name;
}

/// `keyof User` -> `Literal["id", "name"]`.
std::string TypeReader::read_keys_of(std::string_view text) {
  PythonUnion names;
  for (const auto& key : object_keys(text, m_types).value_or(std::vector<ObjectKey>{})) {
    names.add_literal(quote(key.name));
  }
  return names.empty() ? "Any" : names.text(PythonUnion::Any::absorbs);
}

std::string TypeReader::read(std::string_view text) {
  static const std::map<std::string_view, std::pair<std::string_view, std::string_view>> known{
      {"string", {"str", "str"}},
      {"String", {"str", "str"}},
      {"number", {"float", "float"}},
      {"Number", {"float", "float"}},
      {"bigint", {"int", "int"}},
      {"boolean", {"bool", "bool"}},
      {"Boolean", {"bool", "bool"}},
      {"true", {"bool", "bool"}},
      {"false", {"bool", "bool"}},
      {"void", {"None", "None"}},
      {"undefined", {"None", "None"}},
      {"null", {"None", "None"}},
      {"Date", {"datetime", "datetime"}},
      {"ArrayBuffer", {"memoryview", "bytes | memoryview"}},
      {"Uint8Array", {"memoryview", "bytes | memoryview"}},
      {"Request", {"workers.Request", "workers.Request"}},
      {"Response", {"workers.Response", "workers.Response"}},
      {"FormData", {"workers.FormData", "workers.FormData"}},
      {"Blob", {"workers.Blob", "workers.Blob"}}};
  text = trim(text);
  constexpr int most = 2000; // names that stand for many names, each of which …
  constexpr int deepest = 8;
  if (m_depth > deepest || ++m_work > most) {
    return "Any";
  }
  const bool may_be_record = text.ends_with('}') || text.ends_with('>') || m_types.contains(text) ||
                             text.find('&') != std::string_view::npos;
  if (may_be_record) {
    ++m_depth;
    auto record = read_record(text);
    --m_depth;
    if (!record.empty()) {
      return record;
    }
  }
  if (is_braced(text)) {
    return text.find_first_of("(=") == std::string_view::npos ? object_of("Any") : "Any"; // no methods
  }
  constexpr std::size_t longest = 500; // each bracket costs a call of this function
  if (text.size() > longest) {
    return "Any";
  }
  if (const auto literal = literal_of(text)) {
    return "Literal[" + quote(std::string(*literal)) + "]";
  }
  if (const auto arms = split_outside(text, '|'); arms.size() > 1) {
    PythonUnion type;
    for (const auto arm : arms) {
      if (!arm.empty()) { // the first of a column of arms
        type.add(read(arm));
      }
    }
    return type.empty() ? "Any" : type.text(PythonUnion::Any::absorbs);
  }
  if (const auto parts = split_outside(text, '&'); parts.size() > 1) { // of data, data
    const bool is_data = std::all_of(
        parts.begin(), parts.end(), [&](std::string_view part) { return read(part) == object_of("Any"); });
    return is_data ? object_of("Any") : "Any";
  }
  if (const auto found = known.find(text); found != known.end()) {
    return either(found->second.first, found->second.second);
  }
  if (text.starts_with('(') && text.ends_with(')') && text.find("=>") == std::string_view::npos) {
    return read(text.substr(1, text.size() - 2));
  }
  if (text.starts_with("readonly ")) {
    return read(text.substr(std::string_view("readonly ").size()));
  }
  if (text.starts_with("keyof ")) {
    return read_keys_of(text.substr(std::string_view("keyof ").size()));
  }
  if (text.ends_with("[]")) {
    return list_of(read(text.substr(0, text.size() - 2)));
  }
  if (const auto named = m_types.find(text); named != m_types.end()) {
    return read_declared(named->second, {});
  }
  return read_generic(text);
}

} // namespace

std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    depth += std::string_view("<({[").find(c) != std::string_view::npos   ? 1
             : std::string_view(">)}]").find(c) != std::string_view::npos ? -1
                                                                          : 0;
    if (c == separator && depth == 0) {
      parts.push_back(trim(text.substr(start, index - start)));
      start = index + 1;
    }
  }
  parts.push_back(trim(text.substr(start)));
  return parts;
}

void add_declared_types(std::string_view source, DeclaredTypes& types) {
  const SyntaxTree tree(source);
  const auto add = [&](const Node& node) {
    const auto kind = node.type_name();
    const auto parameters = node.field("type_parameters");
    std::string text(parameters.valid() ? parameters.text() : std::string_view{});
    if (kind == "type_alias_declaration") {
      const auto value = node.field("value").text();
      if (!value.starts_with('<')) { // a function that is generic itself
        types.emplace(node.field("name").text(), text + std::string(value));
      }
    } else if (kind == "interface_declaration") {
      constexpr std::string_view extends = "extends";
      for (const auto& child : node.children()) {
        if (child.type_name().starts_with(extends)) {
          for (const auto base : split_outside(child.text().substr(extends.size()), ',')) {
            text += std::string(base) + " & ";
          }
        }
      }
      types.emplace(node.field("name").text(), text + std::string(node.field("body").text()));
    }
  };
  for (const auto& statement : tree.root().named_children()) {
    add(statement);
    if (statement.kind() == Syntax::export_statement) {
      for (const auto& part : statement.named_children()) {
        add(part);
      }
    }
  }
}

std::string python_type(
    std::string_view text, Way way, const DeclaredTypes& types, RecordBook* records, std::string_view hint) {
  return TypeReader(way, types, records, hint).read(text);
}

} // namespace pyw::typegen

// Plain data as Python classes: dicts with attributes, proxies, TypedDicts, protocols.
#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

std::string Lowering::write_plain_raw(const Item& item, const Shape& shape) {
  hide_names(shape);
  std::string body;
  for (const auto& member : shape.members) {
    body += is_symbol_name(member.name) ? "" : write_property(member, Form::raw, true);
  }
  const bool is_list = !shape.members.empty() &&
                       std::all_of(shape.members.begin(), shape.members.end(), [](const ShapeMember& member) {
                         return member.name.find_first_not_of("0123456789") == std::string_view::npos;
                       });
  if (is_list) { // WebSocketPair: read by `client, server = pair.object_values()`
    PythonUnion values;
    for (const auto& member : shape.members) {
      values.add(member_type(member, Position::raw_out));
    }
    body += "    def object_values(self) -> JsArray[" + values.text(PythonUnion::Any::absorbs) + "]: ...\n";
  }
  if (shape.index_value != nullptr) {
    body += "    def __getattr__(self, name: " + builtin("str") + ", /) -> Any: ...\n";
  }
  return class_header(item, {"JsClass"}) + (body.empty() ? "    ...\n" : body);
}

std::string Lowering::write_plain_env(const Item& item, const Shape& shape) {
  hide_names(shape);
  std::string body;
  std::vector<std::string> types(shape.members.size()); // each is said twice: of the attribute, of the key
  for (std::size_t index = 0; index < shape.members.size(); ++index) {
    const auto& member = shape.members[index];
    if (!is_attribute_of_dict(member.name) && !is_symbol_name(member.name) && is_identifier(member.name) &&
        !is_never(member.type)) {
      types[index] = member_type(member, Position::env_nested);
      body +=
          "    " + attribute_name(member.name) + ": " + types[index] + "\n" + documentation(member.doc, 4);
    }
  }
  for (const auto* hidden : {"clear", "copy", "get", "items", "keys", "pop", "update", "values"}) {
    if (m_shadowed.erase(hidden) > 0) {
      types.clear(); // what stood for it may now have its own name
    }
  }
  body += write_item_access(shape, Form::env, Position::env_nested, types);
  if (shape.index_value != nullptr) {
    body += "    def __getattr__(self, name: " + builtin("str") + ", /) -> Any: ...\n";
  }
  return class_header(item, {"JsObject"}) + (body.empty() ? "    ...\n" : body);
}

std::string Lowering::write_typed_dict(const Item& item, const Shape& shape) {
  const auto position = item.form == Form::options ? Position::env_in : Position::raw_in;
  hide_names(shape);
  std::vector<const ShapeMember*> members;
  bool by_call = false;
  bool all_required = true;
  for (const auto& member : shape.members) {
    if (!member.is_static && !is_symbol_name(member.name) && !is_never(member.type)) {
      members.push_back(&member);
      by_call =
          by_call || !is_identifier(member.name) || is_keyword(member.name) || member.name.starts_with("__");
      all_required = all_required && !member.optional && !member.sometimes;
    }
  }
  if (by_call) {
    m_shadowed.clear();
  }
  std::string body;
  for (const auto* member : members) {
    auto type = member_type(*member, position);
    const bool required = !member->optional && !member->sometimes;
    type = required && !all_required ? "Required[" + type + "]" : type;
    body += by_call ? "    " + quote(member->name) + ": " + type + ",\n"
                    : "    " + std::string(member->name) + ": " + type + "\n" + documentation(member->doc, 4);
  }
  const std::string total = all_required ? "" : "total=False";
  if (by_call) { // keys that Python's class syntax cannot hold
    return item.name + " = TypedDict(" + quote(item.name) + ", {\n" + body + "}" +
           (total.empty() ? "" : ", " + total) + ")\n";
  }
  std::vector<std::string> bases{"TypedDict"};
  if (!total.empty()) {
    bases.push_back(total);
  }
  return class_header(item, bases) + (body.empty() ? "    ...\n" : body);
}

bool Lowering::is_structural(const Shape& shape) {
  bool any = false;
  for (const auto& member : shape.members) {
    if (member.optional || member.sometimes) {
      continue;
    }
    const auto* type =
        member.type == nullptr ? nullptr : m_resolver.expand(m_resolver.substitute(member.type, m_bindings));
    const auto* symbol =
        type != nullptr && type->kind == TypeKind::reference ? m_resolver.find(*type) : nullptr;
    if (symbol == nullptr || m_resolver.is_plain(*symbol)) {
      return false;
    }
    any = true;
  }
  return any;
}

std::string Lowering::write_protocol(const Item& item, const Shape& shape) {
  hide_names(shape);
  std::string body;
  for (auto member : shape.members) {
    member.read_only = true;
    body += member.optional ? "" : write_property(member, Form::raw, false);
  }
  return class_header(item, {"Protocol"}) + body;
}

// --- Objects with methods ---

} // namespace pyw::typegen

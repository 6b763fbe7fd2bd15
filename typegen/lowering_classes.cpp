// The Python class of an object type: what all forms have in common.
#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

bool mentions_options(std::string_view type) {
  return type.find("_options.") != std::string_view::npos;
}

} // namespace

void Lowering::hide_names(const Shape& shape) {
  m_shadowed.clear();
  for (const auto& member : shape.members) {
    m_shadowed.insert(attribute_name(member.name));
  }
}

void Lowering::write_item(Item& item) {
  if (item.symbol != nullptr) {
    m_parameters = item.is_generic ? kept_parameters(*item.symbol) : std::vector<const TypeParameter*>{};
    m_bindings = item.is_generic ? dropped_bindings(*item.symbol) : Bindings{};
  }
  m_shadowed.clear();
  if (item.symbol != nullptr && !item.symbol->is_type()) { // declare var Name: { new (…): … }
    item.text = write_raw(item);
    return;
  }
  const auto shape = m_resolver.shape(item.type);
  if (!shape) {
    item.text = "type " + item.name + " = " + approximate("no object type") + "\n";
    return;
  }
  const bool plain = m_resolver.is_plain(item.type);
  switch (item.form) {
  case Form::raw_options:
  case Form::options:
    item.text = write_typed_dict(item, *shape);
    break;
  case Form::protocol:
    item.text = write_protocol(item, *shape);
    break;
  case Form::raw:
    item.text = plain ? write_plain_raw(item, *shape) : write_raw(item);
    break;
  case Form::env:
    item.text = plain ? write_plain_env(item, *shape) : write_env(item);
    break;
  }
}

std::string Lowering::class_header(const Item& item, const std::vector<std::string>& bases) {
  std::string text = "class " + item.name;
  if (item.symbol != nullptr && !m_parameters.empty()) {
    std::string parameters;
    const auto all = std::exchange(m_parameters, {}); // a default is lowered without them
    for (const auto* parameter : all) {
      parameters += (parameters.empty() ? "" : ", ") + parameter_name(*parameter) + " = " +
                    lower(parameter->fallback,
                          item.form == Form::env       ? Position::env_nested
                          : item.form == Form::options ? Position::env_in
                                                       : Position::raw_out);
    }
    m_parameters = all;
    text += "[" + parameters + "]";
  }
  return text + (bases.empty() ? "" : "(" + join(bases, ", ") + ")") + ":\n";
}

std::string Lowering::member_type(const ShapeMember& member, Position position) {
  if (member.is_method()) {
    PythonUnion calls;
    calls.add(lower_function(*member.signatures.front(), position));
    if (member.optional && position != Position::raw_in && position != Position::env_in) {
      calls.add("None");
    }
    return calls.text(PythonUnion::Any::keeps_none);
  }
  const bool goes_in = position == Position::raw_in || position == Position::env_in;
  PythonUnion type;
  if (goes_in && member.optional) { // left out, not given as undefined
    auto arms = m_resolver.arms(m_resolver.substitute(member.type, m_bindings));
    const bool can_be_given = std::erase_if(arms, [](const Type* arm) {
                                return arm->kind == TypeKind::primitive && arm->text == "undefined";
                              }) > 0;
    if (can_be_given) {
      return arms.empty() ? "None"
                          : lower(m_resolver.combined(TypeKind::either, arms), position, member.name);
    }
  }
  auto lowered = lower(member.type, position, member.name);
  if (lowered.find('|') == std::string::npos && (goes_in || !member.optional)) {
    return lowered; // no union to put in order
  }
  type.add(lowered);
  if (member.optional && !goes_in) {
    type.add("None");
  }
  // Of data, which pyright does not narrow through subscripts, `Any | None` could not be used at all.
  return type.text(goes_in || position == Position::env_nested ? PythonUnion::Any::absorbs
                                                               : PythonUnion::Any::keeps_none);
}

std::string Lowering::write_property(const ShapeMember& member, Form form, bool writable) {
  if (!is_identifier(member.name) || is_never(member.type) || member.name == "new" ||
      member.name == "constructor") {
    return {};
  }
  const auto name = attribute_name(member.name);
  // The one object that the SDK wraps inside of one that it does not (entrypoints.py: DurableObjectContext).
  const bool is_wrapped = m_owner == "DurableObjectState" && member.name == "storage";
  const auto type = member_type(member, is_wrapped ? Position::env_top : outward(form));
  if (member.is_static) {
    return "    " + name + ": ClassVar[" + type + "]\n" + documentation(member.doc, 4);
  }
  // An attribute's type is known before the module's functions are read, and TypedDicts are read after
  // classes.
  const bool is_attribute = writable && !member.read_only && !mentions_options(type);
  if (is_attribute) {
    return "    " + name + ": " + type + "\n" + documentation(member.doc, 4);
  }
  const auto doc_text = documentation(member.doc, 8);
  return "    @" + builtin("property") + "\n    def " + name + "(self) -> " + type +
         (doc_text.empty() ? ": ...\n" : ":\n" + doc_text);
}

std::string Lowering::write_item_access(const Shape& shape,
                                        Form form,
                                        Position position,
                                        const std::vector<std::string>& types) {
  // One overload a type, not one a key.
  std::vector<std::pair<std::string, std::vector<std::string>>> by_type;
  for (std::size_t index = 0; index < shape.members.size(); ++index) {
    const auto& member = shape.members[index];
    if (member.is_static || is_symbol_name(member.name) || is_never(member.type) ||
        (member.is_method() && form == Form::env && !m_resolver.is_plain(m_resolver.object_of(shape)))) {
      continue;
    }
    const bool is_known = index < types.size() && !types[index].empty();
    const auto type = is_known ? types[index] : member_type(member, position);
    const auto known =
        std::find_if(by_type.begin(), by_type.end(), [&](const auto& each) { return each.first == type; });
    if (known == by_type.end()) {
      by_type.push_back({type, {quote(member.name)}});
    } else {
      known->second.push_back(quote(member.name));
    }
  }
  std::string text;
  const bool is_data = position == Position::env_nested;
  const bool is_open = is_data && shape.index_value != nullptr;
  const bool overloaded = by_type.size() > 1 || (is_open && !by_type.empty());
  for (const auto& [type, keys] : by_type) {
    // A dict whose keys are known: what is not one of them is a mistake, which dict itself would let pass.
    const std::string ignore = is_data && !is_open && text.empty() ? "  # type: ignore[override]" : "";
    text += overloaded ? "    @overload" + ignore + "\n" : "";
    text += "    def __getitem__(self, key: Literal[" + join(keys, ", ") + "], /) -> " + type + ": ..." +
            (overloaded ? "" : ignore) + "\n";
  }
  if (is_open) {
    text += std::string(overloaded ? "    @overload\n" : "") +
            "    def __getitem__(self, key: " + builtin("str") + ", /) -> Any: ...\n";
  }
  return text;
}

} // namespace pyw::typegen

#include <typegen/reader_types.hpp>

#include <algorithm>
#include <set>

namespace pyw::typegen {

namespace {

/// Types nest a few levels deep; a text that nests deeper wants to overflow our stack.
constexpr int type_depth_limit = 300;
constexpr std::size_t shown_length = 80;

bool mentions_parameters(const std::vector<Member>& members);

bool mentions_parameters(const Signature* signature) {
  if (signature == nullptr) {
    return false;
  }
  if (signature->result != nullptr && signature->result->generic) {
    return true;
  }
  return std::any_of(
      signature->parameters.begin(), signature->parameters.end(), [](const Parameter& parameter) {
        return parameter.type != nullptr && parameter.type->generic;
      });
}

bool mentions_parameters(const std::vector<Member>& members) {
  return std::any_of(members.begin(), members.end(), [](const Member& member) {
    return (member.type != nullptr && member.type->generic) || mentions_parameters(member.signature);
  });
}

void append_code_point(std::string& text, unsigned long code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// ECMA-262 12.9.4: the escapes of string literals.
std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '\\' || index + 1 == text.size()) {
      result += text[index];
      continue;
    }
    const char escape = text[++index];
    const auto hexadecimal = [&](std::size_t from, std::size_t length) {
      const std::string digits(text.substr(from, length));
      char* end = nullptr;
      const auto code = std::strtoul(digits.c_str(), &end, 16);
      if (!digits.empty() && *end == '\0') {
        append_code_point(result, code);
      }
    };
    switch (escape) {
    case 'n':
      result += '\n';
      break;
    case 't':
      result += '\t';
      break;
    case 'r':
      result += '\r';
      break;
    case 'b':
      result += '\b';
      break;
    case 'f':
      result += '\f';
      break;
    case 'v':
      result += '\v';
      break;
    case '0':
      result += '\0';
      break;
    case '\n':
      break;
    case 'x':
      hexadecimal(index + 1, 2);
      index += 2;
      break;
    case 'u':
      if (index + 1 < text.size() && text[index + 1] == '{') {
        const auto close = text.find('}', index);
        const auto end = close == std::string_view::npos ? text.size() : close;
        hexadecimal(index + 2, end - index - 2);
        index = end;
      } else {
        hexadecimal(index + 1, 4);
        index += 4;
      }
      break;
    default:
      result += escape;
    }
  }
  return result;
}

} // namespace

TypeReader::Parameters::Parameters(TypeReader& reader, const Node& declaration)
    : m_reader(reader), m_known_before(reader.m_known.size()) {
  const auto clause = declaration.field("type_parameters");
  if (!clause.valid()) {
    return;
  }
  std::vector<std::pair<TypeParameter*, Node>> made;
  for (const auto& node : clause.named_children()) {
    if (node.kind() == Syntax::type_parameter) {
      auto* parameter = reader.m_program.arena->make(TypeParameter{node.field("name").text()});
      made.emplace_back(parameter, node);
      m_all.push_back(parameter);
      reader.m_known.push_back(parameter);
    }
  }
  for (const auto& [parameter, node] : made) { // after all are known: they may mention each other
    for (const auto& part : node.named_children()) {
      const auto inner = part.named_children();
      if (part.kind() == Syntax::constraint && !inner.empty()) {
        parameter->constraint = reader.read_type(inner.front());
      } else if (part.kind() == Syntax::default_type && !inner.empty()) {
        parameter->fallback = reader.read_type(inner.front());
      }
    }
  }
}

TypeReader::Parameters::~Parameters() {
  m_reader.m_known.resize(m_known_before);
}

void TypeReader::record_unknown(const Node& node, std::string_view what) {
  const auto position = m_piece->position(node.offset());
  auto text = std::string(node.text().substr(0, shown_length));
  std::replace(text.begin(), text.end(), '\n', ' ');
  m_program.unknown.push_back({std::string(what), position.line, position.column, std::move(text)});
}

std::string_view TypeReader::string_value(const Node& node) {
  auto text = node.text();
  if (text.size() >= 2) {
    text = text.substr(1, text.size() - 2);
  }
  return text.find('\\') == std::string_view::npos ? text : m_program.arena->keep(unescape(text));
}

const Type* TypeReader::make_primitive(std::string_view name) {
  return make({.kind = TypeKind::primitive, .text = name});
}

const Type* TypeReader::make_other(const Node& node) {
  record_unknown(node, node.type_name());
  return make({.kind = TypeKind::other, .text = node.text()});
}

const Type* TypeReader::make_combined(TypeKind kind, std::vector<const Type*> parts) {
  const bool generic =
      std::any_of(parts.begin(), parts.end(), [](const Type* part) { return part->generic; });
  return make({.kind = kind, .generic = generic, .parts = std::move(parts)});
}

const Type* TypeReader::read_annotation(const Node& node) {
  if (!node.valid()) {
    return nullptr;
  }
  switch (node.kind()) {
  case Syntax::type_predicate_annotation:
    return make({.kind = TypeKind::predicate});
  case Syntax::asserts_annotation:
    return make_primitive("void");
  case Syntax::type_annotation:
  case Syntax::opting_type_annotation:
  case Syntax::omitting_type_annotation:
  case Syntax::adding_type_annotation:
    return read_inner(node);
  default:
    return read_type(node);
  }
}

const Type* TypeReader::read_inner(const Node& node) {
  const auto inner = node.first_named_child();
  return inner.valid() ? read_type(inner) : make_other(node);
}

const Type* TypeReader::read_type(const Node& node) {
  if (++m_depth > type_depth_limit) {
    --m_depth;
    return make_other(node);
  }
  const auto* type = read_type_inner(node);
  --m_depth;
  return type;
}

const Type* TypeReader::read_type_inner(const Node& node) {
  switch (node.kind()) {
  case Syntax::predefined_type: {
    const auto text = node.text();
    return make_primitive(text == "unique symbol" ? "symbol" : text);
  }
  case Syntax::literal_type:
    return read_literal(node);
  case Syntax::identifier:
  case Syntax::type_identifier:
  case Syntax::member_expression:
  case Syntax::nested_identifier:
  case Syntax::nested_type_identifier:
    return read_name(node, node.text(), {});
  case Syntax::generic_type:
    return read_generic(node);
  case Syntax::parenthesized_type:
  case Syntax::readonly_type:
    return read_inner(node);
  case Syntax::union_type:
    return read_arms(node, TypeKind::either);
  case Syntax::intersection_type:
    return read_arms(node, TypeKind::both);
  case Syntax::array_type:
    return make_combined(TypeKind::array, {read_inner(node)});
  case Syntax::tuple_type:
    return read_tuple(node);
  case Syntax::object_type:
    return read_object(node);
  case Syntax::function_type:
    return read_callable(node, TypeKind::function);
  case Syntax::constructor_type:
    return read_callable(node, TypeKind::constructor);
  case Syntax::index_type_query:
    return make_combined(TypeKind::keys_of, {read_inner(node)});
  case Syntax::type_query: {
    const auto inner = node.named_children();
    return inner.empty() ? make_other(node)
                         : make({.kind = TypeKind::type_of, .text = inner.front().text(), .scope = m_scope});
  }
  case Syntax::lookup_type:
    return read_lookup(node);
  case Syntax::conditional_type:
    return read_conditional(node);
  case Syntax::template_literal_type:
    return read_pattern(node);
  case Syntax::infer_type:
    return read_infer(node);
  case Syntax::type_predicate:
    return make({.kind = TypeKind::predicate});
  case Syntax::asserts:
    return make_primitive("void");
  case Syntax::this_type:
    return make({.kind = TypeKind::self});
  default:
    return make_other(node);
  }
}

const Type* TypeReader::read_literal(const Node& node) {
  const auto literal = node.first_named_child();
  switch (literal.kind()) {
  case Syntax::string:
    return make({.kind = TypeKind::string, .text = string_value(literal)});
  case Syntax::number:
  case Syntax::unary_expression:
    return make({.kind = TypeKind::number, .text = literal.text()});
  case Syntax::true_:
  case Syntax::false_:
    return make({.kind = TypeKind::boolean, .text = literal.text()});
  case Syntax::null:
  case Syntax::undefined:
    return make_primitive(literal.text());
  default:
    return make_other(node);
  }
}

const Type* TypeReader::read_name(const Node& node, std::string_view name, const Node& arguments) {
  for (auto known = m_known.rbegin(); known != m_known.rend(); ++known) {
    if ((*known)->name == name && !arguments.valid()) {
      return make({.kind = TypeKind::parameter, .generic = true, .text = name, .parameter = *known});
    }
  }
  if (name == "undefined" || name == "bigint") { // not among the grammar's predefined types
    return make_primitive(name);
  }
  if (name.find_first_of("(\"'") != std::string_view::npos) {
    return make_other(node); // import("x").Y
  }
  std::vector<const Type*> parts;
  for (const auto& argument : arguments.named_children()) {
    parts.push_back(read_type(argument));
  }
  const bool generic =
      std::any_of(parts.begin(), parts.end(), [](const Type* part) { return part->generic; });
  return make({.kind = TypeKind::reference,
               .generic = generic,
               .text = name,
               .parts = std::move(parts),
               .scope = m_scope});
}

const Type* TypeReader::read_generic(const Node& node) {
  return read_name(node, node.field("name").text(), node.field("type_arguments"));
}

const Type* TypeReader::read_arms(const Node& node, TypeKind kind) {
  // `a | b | c` is parsed as ((a | b) | c): walk down the left side without recursion.
  std::vector<Node> right;
  Node left = node;
  while (left.kind() == node.kind()) {
    const auto inner = left.named_children();
    if (inner.empty()) {
      return make_other(node);
    }
    for (auto arm = inner.rbegin(); arm + 1 != inner.rend(); ++arm) {
      right.push_back(*arm);
    }
    left = inner.front();
  }
  std::vector<const Type*> arms{read_type(left)};
  for (auto arm = right.rbegin(); arm != right.rend(); ++arm) {
    arms.push_back(read_type(*arm));
  }
  return arms.size() == 1 ? arms.front() : make_combined(kind, std::move(arms));
}

const Type* TypeReader::read_tuple(const Node& node) {
  std::vector<const Type*> elements;
  for (const auto& element : node.named_children()) {
    elements.push_back(read_tuple_element(element));
  }
  return make_combined(TypeKind::tuple, std::move(elements));
}

const Type* TypeReader::read_tuple_element(const Node& node) {
  const auto inner = node.named_children();
  switch (node.kind()) {
  case Syntax::optional_type:
    return inner.empty() ? make_other(node) : make_combined(TypeKind::optional, {read_type(inner.front())});
  case Syntax::rest_type:
    return inner.empty() ? make_other(node) : make_combined(TypeKind::rest, {read_type(inner.front())});
  case Syntax::required_parameter:
  case Syntax::optional_parameter: {
    const auto parameter = read_parameter(node);
    const auto* type = parameter.type != nullptr ? parameter.type : make_primitive("any");
    return parameter.rest       ? make_combined(TypeKind::rest, {type})
           : parameter.optional ? make_combined(TypeKind::optional, {type})
                                : type;
  }
  default:
    return read_type(node);
  }
}

const Type* TypeReader::read_object(const Node& node) {
  for (const auto& child : node.named_children()) {
    const auto clause =
        child.kind() == Syntax::index_signature ? child.child(Syntax::mapped_type_clause) : Node{};
    if (clause.valid()) {
      return read_mapped(clause, child);
    }
  }
  auto members = read_members(node);
  const bool generic = mentions_parameters(members);
  return make({.kind = TypeKind::object, .generic = generic, .members = std::move(members)});
}

const Type* TypeReader::read_mapped(const Node& clause, const Node& index) {
  const auto* parameter = m_program.arena->make(TypeParameter{clause.field("name").text()});
  const auto* keys = read_type(clause.field("type"));
  m_known.push_back(parameter);
  const auto annotation = index.field("type");
  const auto* value = annotation.valid() ? read_annotation(annotation) : make_primitive("any");
  m_known.pop_back();
  return make({.kind = TypeKind::mapped,
               .generic = true,
               .optional = annotation.kind() == Syntax::opting_type_annotation,
               .parts = {keys, value},
               .parameter = parameter});
}

const Type* TypeReader::read_callable(const Node& node, TypeKind kind) {
  const auto* signature = read_signature(node);
  return make({.kind = kind, .generic = mentions_parameters(signature), .signature = signature});
}

const Type* TypeReader::read_lookup(const Node& node) {
  const auto inner = node.named_children();
  return inner.size() < 2 ? make_other(node)
                          : make_combined(TypeKind::lookup, {read_type(inner[0]), read_type(inner[1])});
}

const Type* TypeReader::read_conditional(const Node& node) {
  const auto known_before = m_known.size();
  std::vector<const Type*> parts;
  for (const auto* field : {"left", "right", "consequence", "alternative"}) {
    const auto part = node.field(field);
    parts.push_back(part.valid() ? read_type(part) : make_other(node)); // `infer U` is known from here on
  }
  m_known.resize(known_before);
  return make_combined(TypeKind::conditional, std::move(parts));
}

const Type* TypeReader::read_pattern(const Node& node) {
  std::vector<const Type*> parts;
  for (const auto& part : node.named_children()) {
    if (part.kind() == Syntax::template_type) {
      const auto inner = part.named_children();
      parts.push_back(inner.empty() ? make_other(part) : read_type(inner.front()));
    }
  }
  return make_combined(TypeKind::text_pattern, std::move(parts));
}

const Type* TypeReader::read_infer(const Node& node) {
  const auto inner = node.named_children();
  if (inner.empty()) {
    return make_other(node);
  }
  const auto* parameter = m_program.arena->make(TypeParameter{inner.front().text()});
  m_known.push_back(parameter);
  return make(
      {.kind = TypeKind::parameter, .generic = true, .text = parameter->name, .parameter = parameter});
}

} // namespace pyw::typegen

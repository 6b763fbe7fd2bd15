// Members, parameters and signatures: the other half of TypeReader.
#include <typegen/reader_types.hpp>

namespace pyw::typegen {

namespace {

constexpr std::string_view symbol_prefix = "@@";

/// The words before a member's name, which the grammar leaves as tokens.
void read_modifier(std::string_view word, Member& member) {
  if (word == "readonly") {
    member.read_only = true;
  } else if (word == "?") {
    member.optional = true;
  } else if (word == "static") {
    member.is_static = true;
  } else if (word == "get" && member.kind == MemberKind::method) {
    member.kind = MemberKind::getter;
  } else if (word == "set" && member.kind == MemberKind::method) {
    member.kind = MemberKind::setter;
  }
}

bool is_name(Syntax kind) {
  return kind == Syntax::property_identifier || kind == Syntax::string || kind == Syntax::number ||
         kind == Syntax::computed_property_name || kind == Syntax::private_property_identifier;
}

} // namespace

std::vector<Member> TypeReader::read_members(const Node& body) {
  std::vector<Member> members;
  auto behind_last = body.offset();
  for (const auto& node : body.children()) {
    switch (node.kind()) {
    case Syntax::property_signature:
    case Syntax::public_field_definition:
    case Syntax::method_signature:
    case Syntax::abstract_method_signature:
    case Syntax::call_signature:
    case Syntax::construct_signature:
    case Syntax::index_signature: {
      const auto comment = m_piece->last_comment(behind_last, node.offset());
      members.push_back(read_member(node, comment.starts_with("/*") ? comment : std::string_view{}));
      break;
    }
    case Syntax::token:
    case Syntax::empty_statement:
      continue; // `;` and braces; the comment still belongs to the next member
    default:
      record_unknown(node, node.kind() == Syntax::error ? "syntax error" : node.type_name());
      break;
    }
    behind_last = node.end();
  }
  return members;
}

Member TypeReader::read_member(const Node& node, std::string_view doc) {
  Member member;
  member.doc = doc;
  switch (node.kind()) {
  case Syntax::property_signature:
  case Syntax::public_field_definition:
    member.kind = MemberKind::property;
    break;
  case Syntax::call_signature:
    member.kind = MemberKind::call;
    break;
  case Syntax::construct_signature:
    member.kind = MemberKind::construct;
    break;
  case Syntax::index_signature:
    member.kind = MemberKind::index;
    break;
  default:
    member.kind = MemberKind::method;
  }
  if (member.kind == MemberKind::index) {
    read_index(node, member);
    return member;
  }
  bool named = false;
  for (const auto& child : node.children()) {
    if (is_name(child.kind()) && !named) {
      named = read_member_name(child, member);
    } else if (child.kind() == Syntax::accessibility_modifier) {
      member.hidden = child.text() != "public";
    } else if (child.kind() == Syntax::token && (!named || child.text() == "?")) {
      read_modifier(child.text(), member);
    }
  }
  if (member.kind == MemberKind::property) {
    member.type = read_annotation(node.field("type"));
    return member;
  }
  member.signature = read_signature(node);
  if (member.kind == MemberKind::getter) {
    member.type = member.signature->result;
  } else if (member.kind == MemberKind::setter && !member.signature->parameters.empty()) {
    member.type = member.signature->parameters.front().type;
  }
  return member;
}

bool TypeReader::read_member_name(const Node& node, Member& member) {
  switch (node.kind()) {
  case Syntax::string:
    member.name = string_value(node);
    break;
  case Syntax::private_property_identifier:
    member.name = node.text();
    member.hidden = true;
    break;
  case Syntax::computed_property_name: {
    auto inside = node.text();
    inside = inside.size() > 2 ? inside.substr(1, inside.size() - 2) : inside;
    const bool well_known = inside.substr(0, 7) == "Symbol.";
    member.name = m_program.arena->keep(std::string(symbol_prefix) +
                                        std::string(well_known ? inside.substr(7) : inside));
    // Brands like `[Rpc.__RPC_TARGET_BRAND]: never` are names that no Python code can write.
    member.hidden = !well_known;
    break;
  }
  default:
    member.name = node.text();
  }
  return true;
}

void TypeReader::read_index(const Node& node, Member& member) {
  member.type = read_annotation(node.field("type"));
  const auto key = node.field("index_type");
  member.key_type = key.valid() ? read_annotation(key) : make_primitive("string");
  for (const auto& child : node.children()) {
    member.read_only = member.read_only || (child.kind() == Syntax::token && child.text() == "readonly");
  }
}

Parameter TypeReader::read_parameter(const Node& node) {
  Parameter parameter;
  parameter.optional = node.kind() == Syntax::optional_parameter;
  parameter.type = read_annotation(node.field("type"));
  auto pattern = node.field("pattern");
  if (!pattern.valid()) {
    const auto children = node.named_children();
    pattern = children.empty() ? Node{} : children.front();
  }
  if (pattern.kind() == Syntax::rest_pattern) {
    parameter.rest = true;
    const auto inner = pattern.named_children();
    parameter.name = inner.empty() ? "arguments" : inner.front().text();
  } else if (pattern.kind() == Syntax::identifier || pattern.kind() == Syntax::this_) {
    parameter.name = pattern.text();
  } else {
    parameter.name = "options"; // a destructured one has no name of its own
  }
  return parameter;
}

std::vector<Parameter> TypeReader::read_parameters(const Node& node) {
  std::vector<Parameter> parameters;
  for (const auto& child : node.named_children()) {
    if (child.kind() == Syntax::required_parameter || child.kind() == Syntax::optional_parameter) {
      auto parameter = read_parameter(child);
      if (parameter.name != "this") {
        parameters.push_back(std::move(parameter));
      }
    } else {
      record_unknown(child, child.kind() == Syntax::error ? "syntax error" : child.type_name());
    }
  }
  return parameters;
}

const Signature* TypeReader::read_signature(const Node& node) {
  const Parameters type_parameters(*this, node);
  Signature signature;
  signature.type_parameters = type_parameters.all();
  signature.parameters = read_parameters(node.field("parameters"));
  auto result = node.field("return_type");
  if (!result.valid()) {
    result = node.field("type"); // construct signatures and constructor types
  }
  signature.result = read_annotation(result);
  return m_program.arena->make(std::move(signature));
}

} // namespace pyw::typegen

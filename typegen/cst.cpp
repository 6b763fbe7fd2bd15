#include <typegen/cst.hpp>
#include <typegen/syntax_memory.hpp>

#include <tree_sitter/api.h>

#include <array>
#include <unordered_map>

extern "C" const TSLanguage* tree_sitter_typescript();

namespace pyw::typegen {

namespace {

constexpr std::array syntax_names = {
    std::pair{Syntax::abstract_class_declaration, "abstract_class_declaration"},
    std::pair{Syntax::abstract_method_signature, "abstract_method_signature"},
    std::pair{Syntax::accessibility_modifier, "accessibility_modifier"},
    std::pair{Syntax::adding_type_annotation, "adding_type_annotation"},
    std::pair{Syntax::ambient_declaration, "ambient_declaration"},
    std::pair{Syntax::arguments, "arguments"},
    std::pair{Syntax::array_type, "array_type"},
    std::pair{Syntax::asserts, "asserts"},
    std::pair{Syntax::asserts_annotation, "asserts_annotation"},
    std::pair{Syntax::call_signature, "call_signature"},
    std::pair{Syntax::class_body, "class_body"},
    std::pair{Syntax::class_declaration, "class_declaration"},
    std::pair{Syntax::class_heritage, "class_heritage"},
    std::pair{Syntax::comment, "comment"},
    std::pair{Syntax::computed_property_name, "computed_property_name"},
    std::pair{Syntax::conditional_type, "conditional_type"},
    std::pair{Syntax::constraint, "constraint"},
    std::pair{Syntax::construct_signature, "construct_signature"},
    std::pair{Syntax::constructor_type, "constructor_type"},
    std::pair{Syntax::default_type, "default_type"},
    std::pair{Syntax::empty_statement, "empty_statement"},
    std::pair{Syntax::enum_assignment, "enum_assignment"},
    std::pair{Syntax::enum_body, "enum_body"},
    std::pair{Syntax::enum_declaration, "enum_declaration"},
    std::pair{Syntax::existential_type, "existential_type"},
    std::pair{Syntax::export_clause, "export_clause"},
    std::pair{Syntax::export_specifier, "export_specifier"},
    std::pair{Syntax::export_statement, "export_statement"},
    std::pair{Syntax::expression_statement, "expression_statement"},
    std::pair{Syntax::extends_clause, "extends_clause"},
    std::pair{Syntax::extends_type_clause, "extends_type_clause"},
    std::pair{Syntax::false_, "false"},
    std::pair{Syntax::flow_maybe_type, "flow_maybe_type"},
    std::pair{Syntax::formal_parameters, "formal_parameters"},
    std::pair{Syntax::function_signature, "function_signature"},
    std::pair{Syntax::function_type, "function_type"},
    std::pair{Syntax::generic_type, "generic_type"},
    std::pair{Syntax::identifier, "identifier"},
    std::pair{Syntax::implements_clause, "implements_clause"},
    std::pair{Syntax::import_alias, "import_alias"},
    std::pair{Syntax::import_statement, "import_statement"},
    std::pair{Syntax::index_signature, "index_signature"},
    std::pair{Syntax::index_type_query, "index_type_query"},
    std::pair{Syntax::infer_type, "infer_type"},
    std::pair{Syntax::interface_body, "interface_body"},
    std::pair{Syntax::interface_declaration, "interface_declaration"},
    std::pair{Syntax::internal_module, "internal_module"},
    std::pair{Syntax::intersection_type, "intersection_type"},
    std::pair{Syntax::lexical_declaration, "lexical_declaration"},
    std::pair{Syntax::literal_type, "literal_type"},
    std::pair{Syntax::lookup_type, "lookup_type"},
    std::pair{Syntax::mapped_type_clause, "mapped_type_clause"},
    std::pair{Syntax::member_expression, "member_expression"},
    std::pair{Syntax::method_signature, "method_signature"},
    std::pair{Syntax::module, "module"},
    std::pair{Syntax::nested_identifier, "nested_identifier"},
    std::pair{Syntax::nested_type_identifier, "nested_type_identifier"},
    std::pair{Syntax::null, "null"},
    std::pair{Syntax::number, "number"},
    std::pair{Syntax::object_type, "object_type"},
    std::pair{Syntax::omitting_type_annotation, "omitting_type_annotation"},
    std::pair{Syntax::opting_type_annotation, "opting_type_annotation"},
    std::pair{Syntax::optional_parameter, "optional_parameter"},
    std::pair{Syntax::optional_type, "optional_type"},
    std::pair{Syntax::override_modifier, "override_modifier"},
    std::pair{Syntax::parenthesized_type, "parenthesized_type"},
    std::pair{Syntax::predefined_type, "predefined_type"},
    std::pair{Syntax::private_property_identifier, "private_property_identifier"},
    std::pair{Syntax::program, "program"},
    std::pair{Syntax::property_identifier, "property_identifier"},
    std::pair{Syntax::property_signature, "property_signature"},
    std::pair{Syntax::public_field_definition, "public_field_definition"},
    std::pair{Syntax::readonly_type, "readonly_type"},
    std::pair{Syntax::required_parameter, "required_parameter"},
    std::pair{Syntax::rest_pattern, "rest_pattern"},
    std::pair{Syntax::rest_type, "rest_type"},
    std::pair{Syntax::statement_block, "statement_block"},
    std::pair{Syntax::string, "string"},
    std::pair{Syntax::template_literal_type, "template_literal_type"},
    std::pair{Syntax::template_type, "template_type"},
    std::pair{Syntax::this_, "this"},
    std::pair{Syntax::this_type, "this_type"},
    std::pair{Syntax::true_, "true"},
    std::pair{Syntax::tuple_type, "tuple_type"},
    std::pair{Syntax::type_alias_declaration, "type_alias_declaration"},
    std::pair{Syntax::type_annotation, "type_annotation"},
    std::pair{Syntax::type_arguments, "type_arguments"},
    std::pair{Syntax::type_identifier, "type_identifier"},
    std::pair{Syntax::type_parameter, "type_parameter"},
    std::pair{Syntax::type_parameters, "type_parameters"},
    std::pair{Syntax::type_predicate, "type_predicate"},
    std::pair{Syntax::type_predicate_annotation, "type_predicate_annotation"},
    std::pair{Syntax::type_query, "type_query"},
    std::pair{Syntax::unary_expression, "unary_expression"},
    std::pair{Syntax::undefined, "undefined"},
    std::pair{Syntax::union_type, "union_type"},
    std::pair{Syntax::variable_declaration, "variable_declaration"},
    std::pair{Syntax::variable_declarator, "variable_declarator"},
};

/// Grammar symbol -> Syntax, made once per tree: the grammar has under 400 symbols.
std::vector<Syntax> make_symbol_table(const TSLanguage* language) {
  std::unordered_map<std::string_view, Syntax> by_name;
  for (const auto& [syntax, name] : syntax_names) {
    by_name.emplace(name, syntax);
  }
  std::vector<Syntax> table(ts_language_symbol_count(language), Syntax::unknown);
  for (std::uint32_t symbol = 0; symbol < table.size(); ++symbol) {
    const auto id = static_cast<TSSymbol>(symbol);
    if (ts_language_symbol_type(language, id) != TSSymbolTypeRegular) {
      table[symbol] = Syntax::token;
      continue;
    }
    const auto found = by_name.find(ts_language_symbol_name(language, id));
    if (found != by_name.end()) {
      table[symbol] = found->second;
    }
  }
  return table;
}

} // namespace

struct SyntaxTree::Implementation {
  SyntaxMemory memory;
  std::string_view source;
  TSTree* tree = nullptr;
  TSTreeCursor cursor = {};
  const std::vector<Syntax>* kinds = nullptr;
  std::size_t lines_before = 0;
};

/// The only code that knows both Node and TSNode.
struct NodeAccess {
  using Implementation = SyntaxTree::Implementation;

  static Implementation& owner(const Node& node) {
    return *const_cast<Implementation*>(
        static_cast<const Implementation*>(node.m_owner)); // NOLINT: only the cursor
  }

  static TSNode raw(const Node& node) {
    return {{node.m_context[0], node.m_context[1], node.m_context[2], node.m_context[3]},
            node.m_id,
            static_cast<const TSTree*>(node.m_tree)};
  }

  static Node wrap(const Implementation& owner, TSNode raw) {
    Node node;
    if (ts_node_is_null(raw)) {
      return node;
    }
    node.m_owner = &owner;
    node.m_id = raw.id;
    node.m_tree = raw.tree;
    for (std::size_t index = 0; index < 4; ++index) {
      node.m_context[index] = raw.context[index];
    }
    node.m_named = ts_node_is_named(raw);
    const auto symbol = ts_node_symbol(raw);
    node.m_kind = ts_node_is_missing(raw)               ? Syntax::missing
                  : symbol == static_cast<TSSymbol>(-1) ? Syntax::error
                  : symbol < owner.kinds->size()        ? (*owner.kinds)[symbol]
                                                        : Syntax::unknown;
    return node;
  }
};

namespace {

enum class Include { all, named };

/// The grammar's number for a field: by the library, it is a search through all names.
TSFieldId field_id(std::string_view name) {
  static const auto ids = [] {
    std::unordered_map<std::string_view, TSFieldId> all;
    const auto* language = tree_sitter_typescript();
    for (std::uint32_t id = 1; id <= ts_language_field_count(language); ++id) {
      all.emplace(ts_language_field_name_for_id(language, static_cast<TSFieldId>(id)),
                  static_cast<TSFieldId>(id));
    }
    return all;
  }();
  const auto found = ids.find(name);
  return found == ids.end() ? TSFieldId{0} : found->second;
}

std::vector<Node> collect_children(const Node& node, Include include) {
  std::vector<Node> children;
  if (!node.valid()) {
    return children;
  }
  auto& owner = NodeAccess::owner(node);
  // ts_node_child(i) walks from the first child each time; a cursor does it once.
  ts_tree_cursor_reset(&owner.cursor, NodeAccess::raw(node));
  if (!ts_tree_cursor_goto_first_child(&owner.cursor)) {
    return children;
  }
  const auto raw = NodeAccess::raw(node);
  children.reserve(include == Include::all ? ts_node_child_count(raw) : ts_node_named_child_count(raw));
  do {
    auto child = NodeAccess::wrap(owner, ts_tree_cursor_current_node(&owner.cursor));
    if (include == Include::all || (child.named() && child.kind() != Syntax::comment)) {
      children.push_back(child);
    }
  } while (ts_tree_cursor_goto_next_sibling(&owner.cursor));
  return children;
}

} // namespace

TextPosition Node::position() const {
  const auto point = ts_node_start_point(NodeAccess::raw(*this));
  return {NodeAccess::owner(*this).lines_before + point.row + 1, point.column + 1};
}

std::string_view Node::text() const {
  if (!valid()) {
    return {};
  }
  const auto end = ts_node_end_byte(NodeAccess::raw(*this));
  return NodeAccess::owner(*this).source.substr(offset(), end - offset());
}

std::string_view Node::type_name() const {
  return valid() ? ts_node_type(NodeAccess::raw(*this)) : "";
}

std::vector<Node> Node::children() const {
  return collect_children(*this, Include::all);
}

std::vector<Node> Node::named_children() const {
  return collect_children(*this, Include::named);
}

Node Node::field(std::string_view name) const {
  if (!valid()) {
    return {};
  }
  return NodeAccess::wrap(NodeAccess::owner(*this),
                          ts_node_child_by_field_id(NodeAccess::raw(*this), field_id(name)));
}

Node Node::child(Syntax kind) const {
  for (const auto& each : children()) {
    if (each.kind() == kind) {
      return each;
    }
  }
  return {};
}

SyntaxTree::SyntaxTree(std::string_view source, std::size_t lines_before)
    : m_implementation(std::make_unique<Implementation>()) {
  auto& self = *m_implementation;
  self.source = source;
  self.lines_before = lines_before;
  static const auto kinds = make_symbol_table(tree_sitter_typescript());
  self.kinds = &kinds;
  {
    const SyntaxMemory::Use use(self.memory); // parser and tree end with it
    auto* const parser = ts_parser_new();
    ts_parser_set_language(parser, tree_sitter_typescript());
    self.tree =
        ts_parser_parse_string(parser, nullptr, source.data(), static_cast<std::uint32_t>(source.size()));
  }
  self.cursor = ts_tree_cursor_new(ts_tree_root_node(self.tree));
}

SyntaxTree::~SyntaxTree() {
  ts_tree_cursor_delete(&m_implementation->cursor);
}

Node SyntaxTree::root() const {
  return NodeAccess::wrap(*m_implementation, ts_tree_root_node(m_implementation->tree));
}

} // namespace pyw::typegen

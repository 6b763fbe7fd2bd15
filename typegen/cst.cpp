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

/// Grammar symbol -> Syntax, made once: the grammar has under 400 symbols.
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

/// Nobody asks for what is inside of these.
bool is_read_by_its_text(Syntax kind) {
  switch (kind) {
  case Syntax::token:
  case Syntax::comment:
  case Syntax::identifier:
  case Syntax::number:
  case Syntax::predefined_type:
  case Syntax::private_property_identifier:
  case Syntax::property_identifier:
  case Syntax::string:
  case Syntax::type_identifier:
    return true;
  default:
    return false;
  }
}

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

} // namespace

/// A node of tree-sitter's tree, in the order of the text: its children follow it.
struct SyntaxTree::Entry {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  std::uint32_t behind = 0; ///< the first entry that is not inside
  TSSymbol symbol = 0;
  TSFieldId field = 0; ///< that it is in its parent; of tokens none
  Syntax kind = Syntax::unknown;
  bool named = false;
};

struct SyntaxTree::Implementation {
  std::string_view source;
  std::vector<Entry> entries;

  void copy(const TSTree* tree);
  void add(const TSTreeCursor& cursor);
};

/// tree-sitter's own tree takes 20 times the memory, and ten times as long to walk.
void SyntaxTree::Implementation::copy(const TSTree* tree) {
  auto cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  std::vector<std::size_t> open;
  for (bool has_more = true; has_more;) {
    add(cursor);
    if (!is_read_by_its_text(entries.back().kind) && ts_tree_cursor_goto_first_child(&cursor)) {
      open.push_back(entries.size() - 1);
      continue;
    }
    entries.back().behind = static_cast<std::uint32_t>(entries.size());
    has_more = ts_tree_cursor_goto_next_sibling(&cursor);
    while (!has_more && !open.empty()) {
      ts_tree_cursor_goto_parent(&cursor);
      entries[open.back()].behind = static_cast<std::uint32_t>(entries.size());
      open.pop_back();
      has_more = !open.empty() && ts_tree_cursor_goto_next_sibling(&cursor);
    }
  }
  ts_tree_cursor_delete(&cursor);
}

void SyntaxTree::Implementation::add(const TSTreeCursor& cursor) {
  static const auto kinds = make_symbol_table(tree_sitter_typescript());
  const auto node = ts_tree_cursor_current_node(&cursor);
  Entry entry;
  entry.start = ts_node_start_byte(node);
  entry.end = ts_node_end_byte(node);
  entry.symbol = ts_node_symbol(node);
  entry.kind = entry.symbol == static_cast<TSSymbol>(-1) ? Syntax::error
               : entry.symbol < kinds.size()             ? kinds[entry.symbol]
                                                         : Syntax::unknown;
  entry.named = entry.kind != Syntax::token;
  entry.field = entry.named ? ts_tree_cursor_current_field_id(&cursor) : TSFieldId{0};
  if (entry.start == entry.end && ts_node_is_missing(node)) {
    entry.kind = Syntax::missing;
  }
  entries.push_back(entry);
}

const SyntaxTree::Entry& Node::entry() const {
  return m_tree->entries[m_index];
}

Syntax Node::kind() const {
  return valid() ? entry().kind : Syntax::unknown;
}

bool Node::named() const {
  return valid() && entry().named;
}

std::size_t Node::offset() const {
  return valid() ? entry().start : 0;
}

std::size_t Node::end() const {
  return valid() ? entry().end : 0;
}

std::string_view Node::text() const {
  return valid() ? m_tree->source.substr(offset(), end() - offset()) : std::string_view{};
}

std::string_view Node::type_name() const {
  if (!valid()) {
    return "";
  }
  return kind() == Syntax::error ? "ERROR"
                                 : ts_language_symbol_name(tree_sitter_typescript(), entry().symbol);
}

template <typename Wanted>
std::vector<Node> Node::collect(const Wanted& is_wanted) const {
  std::vector<Node> found;
  if (!valid()) {
    return found;
  }
  std::size_t count = 0;
  for (auto child = m_index + 1; child < entry().behind; child = m_tree->entries[child].behind) {
    count += is_wanted(m_tree->entries[child]) ? 1 : 0;
  }
  found.reserve(count);
  for (auto child = m_index + 1; child < entry().behind; child = m_tree->entries[child].behind) {
    if (is_wanted(m_tree->entries[child])) {
      found.push_back(Node(m_tree, child));
    }
  }
  return found;
}

template <typename Wanted>
Node Node::first(const Wanted& is_wanted) const {
  if (valid()) {
    for (auto child = m_index + 1; child < entry().behind; child = m_tree->entries[child].behind) {
      if (is_wanted(m_tree->entries[child])) {
        return Node(m_tree, child);
      }
    }
  }
  return {};
}

namespace {

constexpr auto is_content = [](const auto& entry) { return entry.named && entry.kind != Syntax::comment; };

} // namespace

std::vector<Node> Node::children() const {
  return collect([](const auto&) { return true; });
}

std::vector<Node> Node::named_children() const {
  return collect(is_content);
}

Node Node::first_named_child() const {
  return first(is_content);
}

Node Node::field(std::string_view name) const {
  const auto id = field_id(name);
  return first([&](const auto& entry) { return entry.field == id && id != 0; });
}

Node Node::child(Syntax kind) const {
  return first([&](const auto& entry) { return entry.kind == kind; });
}

SyntaxTree::SyntaxTree(std::string_view source, std::shared_ptr<SyntaxBlocks> blocks)
    : m_implementation(std::make_unique<Implementation>()) {
  m_implementation->source = source;
  SyntaxMemory memory(std::move(blocks));
  const SyntaxMemory::Use use(memory); // parser and tree end with it
  auto* const parser = ts_parser_new();
  ts_parser_set_language(parser, tree_sitter_typescript());
  m_implementation->copy(
      ts_parser_parse_string(parser, nullptr, source.data(), static_cast<std::uint32_t>(source.size())));
}

SyntaxTree::~SyntaxTree() = default;

Node SyntaxTree::root() const {
  return {m_implementation.get(), 0};
}

} // namespace pyw::typegen

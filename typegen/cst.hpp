// A parsed TypeScript text as a tree of nodes: a thin, typed view of tree-sitter's tree.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace pyw::typegen {

/// The node types of tree-sitter-typescript 0.23 that the reader tells apart; all else is `unknown` (named)
/// or `token` (anonymous).
enum class Syntax : std::uint8_t {
  unknown,
  token,
  error,
  missing,
  abstract_class_declaration,
  abstract_method_signature,
  adding_type_annotation,
  ambient_declaration,
  arguments,
  array_type,
  asserts,
  asserts_annotation,
  call_signature,
  class_body,
  class_declaration,
  class_heritage,
  comment,
  computed_property_name,
  conditional_type,
  constraint,
  construct_signature,
  constructor_type,
  default_type,
  empty_statement,
  enum_assignment,
  enum_body,
  enum_declaration,
  existential_type,
  export_clause,
  export_specifier,
  export_statement,
  expression_statement,
  extends_clause,
  extends_type_clause,
  false_,
  flow_maybe_type,
  formal_parameters,
  function_signature,
  function_type,
  generic_type,
  generator_function_declaration,
  identifier,
  implements_clause,
  import_alias,
  import_statement,
  index_signature,
  index_type_query,
  infer_type,
  interface_body,
  interface_declaration,
  internal_module,
  intersection_type,
  lexical_declaration,
  literal_type,
  lookup_type,
  mapped_type_clause,
  member_expression,
  method_signature,
  module,
  nested_identifier,
  nested_type_identifier,
  null,
  number,
  object_type,
  omitting_type_annotation,
  opting_type_annotation,
  optional_parameter,
  optional_type,
  accessibility_modifier,
  override_modifier,
  parenthesized_type,
  predefined_type,
  private_property_identifier,
  program,
  property_identifier,
  property_signature,
  public_field_definition,
  readonly_type,
  required_parameter,
  rest_pattern,
  rest_type,
  statement_block,
  string,
  template_literal_type,
  template_type,
  this_,
  this_type,
  true_,
  tuple_type,
  type_alias_declaration,
  type_annotation,
  type_arguments,
  type_identifier,
  type_parameter,
  type_parameters,
  type_predicate,
  type_predicate_annotation,
  type_query,
  unary_expression,
  undefined,
  union_type,
  variable_declaration,
  variable_declarator,
};

/// Where in a text a node begins.
struct TextPosition {
  std::size_t line = 0;   ///< from 1
  std::size_t column = 0; ///< from 1, bytes
};

/// A handle, cheap to copy; valid as long as its SyntaxTree.
class Node {
public:
  Node() = default;

  [[nodiscard]] bool valid() const { return m_id != nullptr; }

  [[nodiscard]] Syntax kind() const { return m_kind; }

  [[nodiscard]] bool named() const { return m_named; }

  [[nodiscard]] std::string_view text() const;

  /// Where the text starts in the source, in bytes.
  [[nodiscard]] std::size_t offset() const { return m_context[0]; }

  [[nodiscard]] TextPosition position() const;
  /// The name that the grammar gives to the type of node.
  [[nodiscard]] std::string_view type_name() const;
  /// All children, tokens and comments included.
  [[nodiscard]] std::vector<Node> children() const;
  /// The children without tokens and comments.
  [[nodiscard]] std::vector<Node> named_children() const;
  /// The child in a field of the grammar ("name", "body", "type", …); not valid when there is none.
  [[nodiscard]] Node field(std::string_view name) const;
  /// The first child of that type; not valid when there is none.
  [[nodiscard]] Node child(Syntax kind) const;

private:
  friend struct NodeAccess;
  const void* m_owner = nullptr; // SyntaxTree::Implementation
  const void* m_id = nullptr;    // TSNode::id and ::tree, kept without their header
  const void* m_tree = nullptr;
  std::uint32_t m_context[4] = {};
  Syntax m_kind = Syntax::unknown;
  bool m_named = false;
};

class SyntaxTree {
public:
  /// Parses; never fails (what does not fit becomes error nodes). `source` must outlive the tree. Positions
  /// count from `lines_before`. Trees can be made in several threads at once.
  explicit SyntaxTree(std::string_view source, std::size_t lines_before = 0);
  ~SyntaxTree();
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;

  [[nodiscard]] Node root() const;

private:
  friend struct NodeAccess;
  struct Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

} // namespace pyw::typegen

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

class SyntaxBlocks;
class Node;

class SyntaxTree {
public:
  /// Parses; never fails (what does not fit becomes error nodes). `source` must outlive the tree. Trees can
  /// be made in several threads at once, from the same blocks.
  explicit SyntaxTree(std::string_view source, std::shared_ptr<SyntaxBlocks> blocks = nullptr);
  ~SyntaxTree();
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;

  [[nodiscard]] Node root() const;

private:
  friend class Node;
  struct Entry;
  struct Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

/// A handle, cheap to copy; valid as long as its SyntaxTree.
class Node {
public:
  Node() = default;

  [[nodiscard]] bool valid() const { return m_tree != nullptr; }

  [[nodiscard]] Syntax kind() const;
  [[nodiscard]] bool named() const;
  [[nodiscard]] std::string_view text() const;
  /// Where the text starts in the source, in bytes.
  [[nodiscard]] std::size_t offset() const;
  /// Behind its last byte.
  [[nodiscard]] std::size_t end() const;
  /// The name that the grammar gives to the type of node.
  [[nodiscard]] std::string_view type_name() const;
  /// All children, tokens and comments included. Names and texts in quotes have none.
  [[nodiscard]] std::vector<Node> children() const;
  /// The children without tokens and comments.
  [[nodiscard]] std::vector<Node> named_children() const;
  /// The first of those; not valid when there is none.
  [[nodiscard]] Node first_named_child() const;
  /// The child in a field of the grammar ("name", "body", "type", …); not valid when there is none.
  [[nodiscard]] Node field(std::string_view name) const;
  /// The first child of that type; not valid when there is none.
  [[nodiscard]] Node child(Syntax kind) const;

private:
  friend class SyntaxTree;

  Node(const SyntaxTree::Implementation* tree, std::size_t index) : m_tree(tree), m_index(index) {}

  [[nodiscard]] const SyntaxTree::Entry& entry() const;
  template <typename Wanted>
  [[nodiscard]] std::vector<Node> collect(const Wanted& is_wanted) const;
  template <typename Wanted>
  [[nodiscard]] Node first(const Wanted& is_wanted) const;

  const SyntaxTree::Implementation* m_tree = nullptr;
  std::size_t m_index = 0;
};

} // namespace pyw::typegen

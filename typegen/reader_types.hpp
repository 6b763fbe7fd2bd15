// The part of the reader that turns type expressions, members and signatures into IR.
#pragma once

#include <typegen/cst.hpp>
#include <typegen/ir.hpp>
#include <typegen/source_pieces.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

class TypeReader {
public:
  explicit TypeReader(Program& program) : m_program(program) {}

  /// Names are looked up from here on in `scope`.
  void enter(const Scope* scope) { m_scope = scope; }

  /// The nodes are those of that piece's text from here on.
  void enter(const SourcePiece& piece) { m_piece = &piece; }

  [[nodiscard]] const SourcePiece& piece() const { return *m_piece; }

  /// A type expression; what is not known becomes TypeKind::other.
  [[nodiscard]] const Type* read_type(const Node& node);
  /// `: T` in any of its spellings; null for an invalid node.
  [[nodiscard]] const Type* read_annotation(const Node& node);
  /// The members of an object type, interface or class body.
  [[nodiscard]] std::vector<Member> read_members(const Node& body);
  /// Parameters and result of anything callable.
  [[nodiscard]] const Signature* read_signature(const Node& node);

  /// Makes the parameters of a `<…>` clause known until the Parameters object ends.
  class Parameters {
  public:
    Parameters(TypeReader& reader, const Node& declaration);
    ~Parameters();
    Parameters(const Parameters&) = delete;
    Parameters& operator=(const Parameters&) = delete;

    [[nodiscard]] const std::vector<const TypeParameter*>& all() const { return m_all; }

  private:
    TypeReader& m_reader;
    std::size_t m_known_before;
    std::vector<const TypeParameter*> m_all;
  };

  /// The text of a string literal's node, unescaped.
  [[nodiscard]] std::string_view string_value(const Node& node);
  /// Lists `node` in Program::unknown.
  void record_unknown(const Node& node, std::string_view what);

private:
  const Type* make(Type type) { return m_program.arena->make(std::move(type)); }

  const Type* make_primitive(std::string_view name);
  const Type* make_other(const Node& node);
  const Type* make_combined(TypeKind kind, std::vector<const Type*> parts);

  const Type* read_type_inner(const Node& node);
  const Type* read_inner(const Node& node);
  const Type* read_literal(const Node& node);
  const Type* read_name(const Node& node, std::string_view name, const Node& arguments);
  const Type* read_generic(const Node& node);
  const Type* read_arms(const Node& node, TypeKind kind);
  const Type* read_tuple(const Node& node);
  const Type* read_tuple_element(const Node& node);
  const Type* read_object(const Node& node);
  const Type* read_mapped(const Node& clause, const Node& index);
  const Type* read_callable(const Node& node, TypeKind kind);
  const Type* read_lookup(const Node& node);
  const Type* read_conditional(const Node& node);
  const Type* read_pattern(const Node& node);
  const Type* read_infer(const Node& node);

  Member read_member(const Node& node, std::string_view doc);
  bool read_member_name(const Node& node, Member& member);
  void read_index(const Node& node, Member& member);
  Parameter read_parameter(const Node& node);
  std::vector<Parameter> read_parameters(const Node& node);

  Program& m_program;
  const SourcePiece* m_piece = nullptr;
  const Scope* m_scope = nullptr;
  std::vector<const TypeParameter*> m_known;
  int m_depth = 0;
};

} // namespace pyw::typegen

// What the names and operators in types stand for: looks names up, substitutes type parameters, applies
// utility types, and flattens object types to the list of their members. Knows nothing of Python.
#pragma once

#include <typegen/ir.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pyw::typegen {

/// What each type parameter stands for.
using Bindings = std::vector<std::pair<const TypeParameter*, const Type*>>;

/// One member of an object type, all its declarations together.
struct ShapeMember {
  std::string_view name = {};
  const Type* type = nullptr;                    ///< of a property or getter
  const Type* setter_type = nullptr;             ///< of a setter; null when there is none
  std::vector<const Signature*> signatures = {}; ///< of a method
  bool optional = false;                         ///< may be undefined
  bool sometimes = false;                        ///< stands in only some arms of a union
  bool read_only = false;
  bool is_static = false;
  std::string_view doc = {};

  [[nodiscard]] bool is_method() const { return !signatures.empty(); }
};

/// An object type, flattened.
struct Shape {
  std::vector<ShapeMember> members = {};
  const Type* index_value = nullptr; ///< of `[key: string]: T`; null when there is none
  std::vector<const Signature*> calls = {};
  std::vector<const Signature*> constructs = {};
  bool is_class = false; ///< a class, or an heir of one
  bool is_rpc = false;   ///< answers to any method name: a stub of Workers RPC

  [[nodiscard]] const ShapeMember* find(std::string_view name) const {
    for (const auto& member : members) {
      if (member.name == name) {
        return &member;
      }
    }
    return nullptr;
  }
};

/// Shapes are asked for again and again, and have many members: one for all. Null for what is no object type.
using SharedShape = std::shared_ptr<const Shape>;

enum class Inherited { include, exclude };

class Resolver {
public:
  explicit Resolver(Program& program) : m_program(program) {
    m_plain_types.reserve(expected_types);
    m_shapes.reserve(expected_types);
  }

  /// The symbol that a dotted name means in `scope` or around it; null when there is none.
  [[nodiscard]] const Symbol* find(std::string_view name, const Scope* scope) const;

  [[nodiscard]] const Symbol* find(const Type& reference) const {
    if (!std::exchange(reference.is_looked_up, true)) {
      reference.symbol = find(reference.text, reference.scope);
    }
    return reference.symbol;
  }

  /// Arguments to parameters; what is missing takes its default, else its constraint, else `unknown`.
  [[nodiscard]] Bindings bind(const std::vector<const TypeParameter*>& parameters,
                              const std::vector<const Type*>& arguments);
  [[nodiscard]] const Type* substitute(const Type* type, const Bindings& bindings);
  [[nodiscard]] const Signature* substitute(const Signature* signature, const Bindings& bindings);

  /// The type with its outermost aliases, utility types, `keyof`, lookups and decidable conditions worked
  /// out. Aliases of object types stay: they have a name of their own. TypeKind::other where it cannot be
  /// told.
  [[nodiscard]] const Type* expand(const Type* type);

  /// Whether a name declared by `type` is an object type.
  [[nodiscard]] bool is_object_alias(const Symbol& symbol);

  /// The members of an object type (interface, class, literal, intersection, union of plain objects, Omit<…>
  /// …); null when `type` is none.
  [[nodiscard]] SharedShape shape(const Type* type, Inherited inherited = Inherited::include);
  /// The same; without members where `type` is none.
  [[nodiscard]] SharedShape members_of(const Type* type);
  [[nodiscard]] Shape shape_of_symbol(const Symbol& symbol, const Bindings& bindings, Inherited inherited);

  /// Whether it is data (converted as a whole) rather than an object with methods.
  [[nodiscard]] bool is_plain(const Type* type);
  [[nodiscard]] bool is_plain(const Symbol& symbol);

  /// The literal keys that `keyof type` stands for; nullopt when they are not all known.
  [[nodiscard]] std::optional<std::vector<std::string_view>> keys_of(const Type* type);

  /// The arms of a union, `type` itself when it is none; nested unions and aliases of unions are opened.
  [[nodiscard]] std::vector<const Type*> arms(const Type* type);

  /// The type parameters of a symbol, of whatever it declares.
  [[nodiscard]] static const std::vector<const TypeParameter*>& parameters_of(const Symbol& symbol);

  const Type* make(Type type) { return m_program.arena->make(std::move(type)); }

  const Type* primitive(std::string_view name) { return make({.kind = TypeKind::primitive, .text = name}); }

  const Type* text_literal(std::string_view value) { return make({.kind = TypeKind::string, .text = value}); }

  const Type* combined(TypeKind kind, std::vector<const Type*> parts);
  const Type* object_of(const Shape& shape);

  [[nodiscard]] Program& program() { return m_program; }

private:
  struct Depth;
  [[nodiscard]] const Symbol* find_inside(std::string_view name, const Scope& scope) const;
  const Type* expand_uncached(const Type* type);
  const Type* expand_reference(const Type* type);
  const Type* expand_utility(const Type* type);
  const Type* expand_lookup(const Type* type);
  const Type* expand_keys(const Type* type);
  const Type* expand_conditional(const Type* type);
  const Type* expand_mapped(const Type* type);
  const Type* expand_both(const Type* type);
  bool add_arms(const Type* type, std::vector<const Type*>& all); ///< false when there is no end to them
  std::optional<bool> extends(const Type* checked, const Type* extended);

  /// Whether an answer found now may be kept: what is asked for while a heritage is being walked, or an alias
  /// told apart, may be cut short by it.
  [[nodiscard]] bool is_final() const { return m_shaping.empty() && m_open_aliases == 0 && m_depth < 20; }

  void add_members(Shape& shape, const std::vector<Member>& members, const Bindings& bindings);
  bool is_plain_uncached(const Type* type);
  SharedShape shape_uncached(const Type* type, Inherited inherited);
  SharedShape shape_inner(const Type* type, Inherited inherited);
  std::vector<const Type*> each_looked_up(const Type* type);
  const Type* widest(const Type* lookup);
  SharedShape shape_of_both(const Type* type);
  SharedShape shape_of_either(const Type* type);
  Shape& inherit(Shape& shape, const Shape& base);

  /// Of the runtime's declarations; only so that the tables need not grow.
  static constexpr std::size_t expected_types = 1U << 15U;

  Program& m_program;
  int m_depth = 0;
  int m_open_aliases = 0; ///< is_object_alias() that have not answered yet
  std::unordered_map<const Symbol*, bool> m_object_aliases;
  std::unordered_map<const Symbol*, bool> m_plain;
  std::unordered_map<const Type*, bool> m_plain_types;
  std::unordered_map<const Type*, SharedShape> m_shapes; ///< types never change: one answer each
  std::set<const Symbol*> m_shaping;                     ///< heritage that leads back to itself ends here
};

} // namespace pyw::typegen

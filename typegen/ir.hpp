// What TypeScript declarations say, as data: the reader makes it, the resolver and the lowering read it.
// Nodes live in an Arena and point at each other; texts are views into the source or the arena, which must
// outlive them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pyw::typegen {

struct Member;
struct Scope;
struct Signature;
struct Symbol;
struct Type;

/// A name that a declaration or signature is generic over. Its address is its identity.
struct TypeParameter {
  std::string_view name;
  const Type* constraint = nullptr; ///< `extends`; null when there is none
  const Type* fallback = nullptr;   ///< `=`; null when there is none
};

enum class TypeKind {
  primitive,   ///< text: any, unknown, string, number, boolean, bigint, void, undefined, null, never, object,
               ///< symbol
  string,      ///< text: the value of a literal
  number,      ///< text: as written, sign included
  boolean,     ///< text: true or false
  reference,   ///< text: the name, dots included; parts: arguments; scope: where it is looked up
  parameter,   ///< parameter
  array,       ///< parts[0]: the element
  tuple,       ///< parts: the elements, `optional` and `rest` ones wrapped
  optional,    ///< parts[0]: an element of a tuple that may be missing
  rest,        ///< parts[0]: the rest of a tuple, an array
  either,      ///< parts: the arms of a union
  both,        ///< parts: the arms of an intersection
  object,      ///< members
  function,    ///< signature
  constructor, ///< signature
  keys_of,     ///< parts[0]
  type_of,     ///< text: the name of a value
  lookup,      ///< parts[0][parts[1]]
  mapped,      ///< parameter over parts[0]; parts[1]: the value; optional
  conditional, ///< parts: checked, extended, then, else
  text_pattern, ///< a template literal; parts: the types in it
  predicate,    ///< `x is T`
  self,         ///< `this`
  other,        ///< text: the source of what the reader does not know
};

struct Type {
  TypeKind kind = TypeKind::other;
  /// Whether a type parameter stands anywhere inside: substitution skips what has none.
  bool generic = false;
  /// Of `mapped`: the keys become optional.
  bool optional = false;
  std::string_view text = {};
  std::vector<const Type*> parts = {};
  std::vector<Member> members = {};
  const Signature* signature = nullptr;
  const TypeParameter* parameter = nullptr;
  const Scope* scope = nullptr;
  /// Of a reference: what the resolver has found for `text` in `scope`, which do not change.
  mutable const Symbol* symbol = nullptr;
  mutable bool is_looked_up = false;
  /// What the resolver has made of it; null before.
  mutable const Type* expanded = nullptr;
};

struct Parameter {
  std::string_view name;
  const Type* type = nullptr; ///< null when it has none
  bool optional = false;
  bool rest = false;
};

struct Signature {
  std::vector<const TypeParameter*> type_parameters = {};
  std::vector<Parameter> parameters = {};
  const Type* result = nullptr; ///< null when it has none
};

enum class MemberKind { property, method, getter, setter, call, construct, index };

struct Member {
  MemberKind kind = MemberKind::property;
  /// Empty for call, construct and index. Members named by a symbol are "@@iterator", "@@asyncIterator", …
  std::string_view name = {};
  bool optional = false;
  bool read_only = false;
  bool is_static = false;
  bool hidden = false;                  ///< private or protected
  const Type* type = nullptr;           ///< of a property, getter, setter's parameter, index value
  const Type* key_type = nullptr;       ///< of an index
  const Signature* signature = nullptr; ///< of a method, call or construct
  std::string_view doc = {};            ///< the comment before it, as written
};

/// One `interface` or `class` block; an interface can have several.
struct Body {
  bool is_class = false;
  bool is_abstract = false;
  std::vector<const TypeParameter*> type_parameters = {};
  std::vector<const Type*> heritage = {};
  std::vector<Member> members = {};
  std::string_view doc = {};
};

struct Alias {
  std::vector<const TypeParameter*> type_parameters = {};
  const Type* type = nullptr;
  std::string_view doc = {};
};

struct Variable {
  const Type* type = nullptr; ///< null when it has none
  bool read_only = false;
  std::string_view doc = {};
};

struct Function {
  const Signature* signature = nullptr;
  std::string_view doc = {};
};

struct EnumMember {
  std::string_view name;
  const Type* value = nullptr; ///< a string or number literal; null when it is counted
};

/// Everything that one name stands for in one scope, merged over all its declarations.
struct Symbol {
  std::string_view name = {};
  std::string qualified = {}; ///< with the names of the scopes around it: "TailStream.Header"
  const Scope* scope = nullptr;
  std::size_t order = 0; ///< of the first declaration, over the whole program
  std::vector<Body> bodies = {};
  std::vector<Alias> aliases = {};
  std::vector<Variable> variables = {};
  std::vector<Function> functions = {};
  std::vector<EnumMember> enum_members = {};
  bool is_enum = false;
  Scope* inside = nullptr;       ///< of a namespace
  std::string_view renames = {}; ///< `export { _connect as connect }`: the name it stands for

  [[nodiscard]] bool is_type() const { return !bodies.empty() || !aliases.empty() || is_enum; }

  [[nodiscard]] bool is_value() const {
    return !variables.empty() || !functions.empty() || !bodies.empty() || is_enum;
  }

  [[nodiscard]] bool is_class() const {
    for (const auto& body : bodies) {
      if (body.is_class) {
        return true;
      }
    }
    return false;
  }
};

/// The global scope, a namespace, or a `declare module`.
struct Scope {
  const Scope* parent = nullptr;
  std::string qualified = {};
  std::vector<Symbol*> symbols = {}; ///< in the order of the source
  std::unordered_map<std::string_view, Symbol*> by_name = {};
  std::string_view exported_as_whole = {}; ///< `export = Name`

  [[nodiscard]] const Symbol* find(std::string_view name) const {
    const auto found = by_name.find(name);
    return found == by_name.end() ? nullptr : found->second;
  }
};

/// Syntax that the reader does not know: kept, counted, and shown by `pyw types --report`.
struct UnknownSyntax {
  std::string what;
  std::size_t line = 0;   ///< from 1
  std::size_t column = 0; ///< from 1, bytes
  std::string text;       ///< shortened
};

/// Owns every node; addresses stay.
class Arena {
public:
  template <typename Node>
  Node* make(Node node) {
    if constexpr (std::is_same_v<Node, Type>) {
      return &m_types.emplace_back(std::move(node));
    } else if constexpr (std::is_same_v<Node, Signature>) {
      return &m_signatures.emplace_back(std::move(node));
    } else if constexpr (std::is_same_v<Node, TypeParameter>) {
      return &m_parameters.emplace_back(std::move(node));
    } else if constexpr (std::is_same_v<Node, Symbol>) {
      return &m_symbols.emplace_back(std::move(node));
    } else {
      static_assert(std::is_same_v<Node, Scope>);
      return &m_scopes.emplace_back(std::move(node));
    }
  }

  std::string_view keep(std::string text) { return m_texts.emplace_back(std::move(text)); }

private:
  std::deque<Type> m_types;
  std::deque<Signature> m_signatures;
  std::deque<TypeParameter> m_parameters;
  std::deque<Symbol> m_symbols;
  std::deque<Scope> m_scopes;
  std::deque<std::string> m_texts;
};

/// All declarations of a program, of one or several files.
struct Program {
  std::unique_ptr<Arena> arena = std::make_unique<Arena>();
  Scope* global = nullptr;
  /// `declare module "name"`, by name; their contents are found through `import_from_javascript(name)`.
  std::map<std::string, Scope*, std::less<>> modules = {};
  std::vector<UnknownSyntax> unknown = {};
  std::size_t declarations =
      0; ///< all interface, class, alias, function, variable, enum and namespace blocks
  std::size_t symbols = 0;
  /// What it was read from, of no further use: whoever ends soon need not spend time on giving it back.
  std::vector<std::shared_ptr<void>> remains = {};
};

} // namespace pyw::typegen

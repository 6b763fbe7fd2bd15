// TypeScript types -> Python types, in two views (facts/types.md 2, docs/types.md):
//   raw  what `import js` gives: JavaScript values behind Pyodide's proxies;
//   env  what `self.env` gives: values that the SDK's wrapper has converted.
// Every named object type becomes, on demand, one class a view: what comes out, and what goes in.
#pragma once

#include <typegen/python_text.hpp>
#include <typegen/resolver.hpp>

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pyw::typegen {

/// Which files the text goes to; one Python module each. A checker reads a module whole for the first of its
/// names: what `self.env` leads to stands apart from the hundreds of classes that only `import js` gives.
enum class Module {
  raw_of_env,
  raw,
  raw_options,
  env,
  options,
  bindings,
  bindings_options,
  ai,
  ai_options,
  globals
};
inline constexpr std::size_t module_count = 9; ///< of those that classes go to
[[nodiscard]] std::string_view module_name(Module module);

/// Where a value stands, which decides how it is seen.
enum class Position {
  raw_out,    ///< JavaScript gives it, unconverted
  raw_in,     ///< Python gives it, unconverted
  env_top,    ///< the SDK's wrapper returns it
  env_nested, ///< inside of data that the wrapper converted
  env_in,     ///< an argument that the wrapper converts
};

/// What becomes of a named object type.
enum class Form {
  raw,         ///< a class of proxies
  env,         ///< a wrapped object, or a dict with attributes for plain data
  raw_options, ///< a TypedDict for what goes in unconverted
  options,     ///< a TypedDict for what goes in through the wrapper
  protocol,    ///< what goes in unconverted by its shape: a pair of streams
};

/// What checkers read in every project, and what only those projects make them read that ask for it.
enum class Part {
  common,
  bindings, ///< the classes of bindings that few projects have, and those that nothing uses
  ai        ///< the shapes of the AI models, and data that nothing uses
};

enum class NullValue { js_null, none };
enum class Documentation { keep, drop };

struct LoweringOptions {
  /// What `null` is in raw values: Pyodide >= 0.28 has a value of its own for it (facts/types.md 2).
  NullValue null_value = NullValue::js_null;
  Documentation documentation = Documentation::keep;
};

/// Whether a class exists, asked while another was being written, when it did not yet.
using Question = std::pair<const Symbol*, Form>;

/// A class to write.
struct Item {
  Form form = Form::raw;
  Module module = Module::raw;
  const Symbol* symbol = nullptr; ///< null for an anonymous type
  const Type* type = nullptr;     ///< what it is made from
  std::string name = {};
  std::string text = {}; ///< empty until it is written, and of one that was written anew elsewhere
  Part part = Part::common;
  bool is_generic = false;              ///< over the parameters of its symbol that Python needs
  std::vector<Question> questions = {}; ///< what its text depends on
};

/// A line of `pyw types --report`: something that became Any.
struct Approximation {
  std::string where;
  std::string what;

  bool operator<(const Approximation& other) const {
    return std::tie(where, what) < std::tie(other.where, other.what);
  }
};

class Lowering {
public:
  Lowering(Resolver& resolver, LoweringOptions options) : m_resolver(resolver), m_options(options) {}

  /// The Python type for `type` where it stands. `hint` names the property or method, for the names of
  /// anonymous types and to tell fractions from counts.
  [[nodiscard]] std::string lower(const Type* type, Position position, std::string_view hint = {});

  /// Asks for a class; its name as seen from the module being written.
  std::string request(const Symbol& symbol, Form form, const std::vector<const Type*>& arguments);

  /// Writes everything asked for, and what that asks for in turn.
  void write_requested();
  /// The same for the next few items only; false when there are none left.
  bool write_next(std::size_t at_most);

  /// How many of the items are written: these stay as they are.
  [[nodiscard]] std::size_t written() const { return m_next; }

  /// The overloads of a function or method. `self` is "self", "cls" or empty.
  struct Method {
    std::string_view name;
    std::vector<const Signature*> signatures;
    std::string_view self = "self";
    bool is_optional = false;
    std::string result = {}; ///< in place of the signatures' own, when not empty
    std::string_view doc = {};
  };

  [[nodiscard]] std::string write_method(const Method& method, Form form, std::size_t indent);

  /// Everything that is first asked for from here on belongs to that part.
  void enter(Part part) { m_part = part; }

  /// Makes ready for a second run, which writes anew what would now be written otherwise: only when all that
  /// comes out is known can what goes in name it.
  void restart();

  [[nodiscard]] const std::deque<Item>& items() const { return m_items; }

  [[nodiscard]] const std::set<Approximation>& approximations() const { return m_approximations; }

  /// Whether this run has a class of that name, of whatever form.
  [[nodiscard]] bool is_written(const Symbol& symbol) const { return m_written.contains(&symbol); }

  [[nodiscard]] bool was_requested(const Symbol& symbol, Form form);
  /// A class without methods whose properties can all be assigned.
  [[nodiscard]] bool is_data_class(const Symbol& symbol);

  [[nodiscard]] Resolver& resolver() { return m_resolver; }

  /// Where what is lowered next is written: the module, and the definition (for the names of anonymous
  /// types).
  void write_into(Module module, std::string_view owner) {
    m_module = module;
    m_owner = owner;
    m_shadowed.clear();
    m_parameters.clear();
    m_bindings.clear();
  }

  [[nodiscard]] std::string python_name(const Symbol& symbol) const;

private:
  // --- types (lowering_types.cpp) ---
  std::string lower_expanded(const Type* expanded, Position position, std::string_view hint);
  std::string lower_reference(const Type* type, Position position, std::string_view hint);
  std::string lower_builtin(const Type* type, Position position, std::string_view hint, bool& known);
  std::string lower_symbol(const Symbol& symbol, const Type* type, Position position, std::string_view hint);
  std::string lower_primitive(const Type* type, Position position, std::string_view hint);
  std::string lower_union(const Type* type, Position position, std::string_view hint);
  std::string lower_tuple(const Type* type, Position position, std::string_view hint);
  std::string lower_array(const std::string& element, Position position);
  std::string lower_function(const Signature& signature, Position position);
  std::string lower_anonymous(const Type* type, Position position, std::string_view hint);
  std::string lower_parameter(const Type* type, Position position, std::string_view hint);
  std::string lower_type_of(const Type* type);
  const Symbol* class_of_init(const Symbol& symbol, const Shape& init);
  std::string lower_record(const Type* value, Position position, std::string_view hint);
  std::string approximate(std::string_view what);
  std::string anonymous_name(std::string_view hint) const;
  void ask(const std::vector<Question>& questions);
  void forget(std::size_t item);

  // --- methods (lowering_methods.cpp) ---
  struct PythonSignature;

  struct Record {
    std::string dict;          ///< the TypedDict that a parameter can be
    std::string any_key;       ///< or, when that is empty, the type of every value
    bool all_optional = false; ///< its keys
  };

  const Type* type_in(const Parameter& parameter);
  std::optional<Record> record_of(const Parameter& parameter, Position position);
  std::vector<const Signature*> expand_keys(const Signature* signature);
  void lower_signature(const Signature& signature,
                       const Method& method,
                       Form form,
                       std::vector<PythonSignature>& overloads,
                       const std::set<const TypeParameter*>& not_generic = {});
  static bool accepts_all_of(const PythonSignature& first, const PythonSignature& second);
  std::string generic_clause(const std::vector<const TypeParameter*>& parameters, Form form);
  std::string write_overload(const PythonSignature& overload,
                             const Method& method,
                             std::size_t indent,
                             bool is_overload,
                             std::string_view doc);

  // --- classes (lowering_classes.cpp, lowering_plain.cpp, lowering_objects.cpp) ---
  void write_item(Item& item);
  std::string write_raw(Item& item);
  std::string write_two_faced(const Item& item,
                              const ShapeMember& own,
                              const ShapeMember& of_class,
                              bool overrides,
                              std::string& helpers);
  bool is_error(const Symbol& symbol, int depth = 0);
  static void fit_to_base(Shape& shape, const Shape& base, bool base_is_error);
  std::vector<const Signature*> inherited_constructs(const Symbol& symbol, int depth = 0);
  std::string write_env(Item& item);
  std::string write_plain_raw(const Item& item, const Shape& shape);
  std::string write_protocol(const Item& item, const Shape& shape);
  bool is_structural(const Shape& shape);
  void hide_names(const Shape& shape);
  std::string write_plain_env(const Item& item, const Shape& shape);
  std::string write_typed_dict(const Item& item, const Shape& shape);
  std::string write_property(const ShapeMember& member, Form form, bool writable);
  /// `types`: of the members, as far as they are known already.
  std::string write_item_access(const Shape& shape,
                                Form form,
                                Position position,
                                const std::vector<std::string>& types = {});
  std::string write_protocols(const Shape& shape);
  std::string class_header(const Item& item, const std::vector<std::string>& bases);
  std::string member_type(const ShapeMember& member, Position position);
  void read_constructors(const Item& item, Shape& shape, std::vector<const Signature*>& constructs);
  bool is_monomorphic(const Symbol& symbol, Form form);
  bool is_generic_data(const Symbol& symbol, Form form);
  bool is_open(const Type* argument);
  bool inherits_nominally(const Type* base);
  std::vector<const TypeParameter*> kept_parameters(const Symbol& symbol);
  bool uses(const Type* type, const TypeParameter* parameter, int depth);
  Bindings dropped_bindings(const Symbol& symbol);
  std::string
  type_arguments(const Symbol& symbol, const std::vector<const Type*>& arguments, Position position);

  // --- names (lowering_names.cpp) ---
  std::string reference(Module module, std::string_view name);
  /// Where a class goes that is asked for now.
  [[nodiscard]] Module module_for(Form form) const;
  /// JavaScript's class of that name; Any when the declarations have none.
  std::string request_global(std::string_view name);
  std::string builtin(std::string_view name) const;
  std::string parameter_name(const TypeParameter& parameter) const;
  std::string documentation(std::string_view comment, std::size_t indent) const;
  static std::string replace_text(std::string_view text);

  Resolver& m_resolver;
  LoweringOptions m_options;
  std::deque<Item> m_items;
  std::map<std::tuple<const Symbol*, Form, std::string>, std::size_t> m_by_key; ///< the last: of what
  std::unordered_map<std::string, std::size_t> m_anonymous;                     ///< module and body -> item
  std::map<std::pair<const Type*, Position>, std::size_t> m_anonymous_of;       ///< of types seen before
  std::vector<Question>* m_questions = nullptr;                                 ///< of the item being written
  std::unordered_set<std::string> m_names;                                      ///< module and name, taken
  std::set<std::pair<const Symbol*, Form>> m_requested; ///< of the run before, and this one
  std::set<const Symbol*> m_written;                    ///< in this run
  std::map<const Symbol*, std::vector<bool>> m_kept;
  std::set<Approximation> m_approximations;
  std::size_t m_next = 0;
  Part m_part = Part::common;

  // What is being written.
  Module m_module = Module::raw;
  std::string m_owner;                                   ///< the class, for names and reports
  std::set<std::string, std::less<>> m_shadowed;         ///< names that its members hide
  std::vector<const TypeParameter*> m_parameters;        ///< what Python is generic over here
  std::map<const TypeParameter*, std::string> m_renamed; ///< what would hide a parameter of the class
  Bindings m_bindings;                                   ///< what the other parameters stand for
  int m_depth = 0;
  int m_work = 0;                         ///< types lowered inside of the outermost one
  std::set<const Symbol*> m_open_aliases; ///< being lowered: one that contains itself ends here
  const Symbol* m_pass_through = nullptr; ///< a wrapper that hands arguments on unconverted
};

} // namespace pyw::typegen

#include <typegen/resolver.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

/// Types that expand for ever (`type A = B<A>`) are cut off here and become TypeKind::other.
constexpr int lookup_depth_limit = 60;

/// Types that TypeScript's library declares over other types and that the resolver applies itself.
bool is_utility(std::string_view name) {
  static const std::set<std::string_view> names{"Partial",
                                                "Required",
                                                "Readonly",
                                                "Record",
                                                "Pick",
                                                "Omit",
                                                "Exclude",
                                                "Extract",
                                                "NonNullable",
                                                "Awaited",
                                                "Array",
                                                "ReadonlyArray",
                                                "ReturnType"};
  return names.contains(name);
}

bool mentions_rpc(const Type* type) {
  return type->kind == TypeKind::reference &&
         (type->text.substr(0, 4) == "Rpc." || type->text == "Provider" || type->text == "Stub");
}

} // namespace

struct Resolver::Depth {
  explicit Depth(int& value) : depth(value) { ++depth; }

  ~Depth() { --depth; }

  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

  [[nodiscard]] bool too_deep() const { return depth > lookup_depth_limit; }

  int& depth;
};

const Symbol* Resolver::find(std::string_view name, const Scope* scope) const {
  const auto dot = name.find('.');
  const auto first = name.substr(0, dot);
  for (; scope != nullptr; scope = scope->parent) {
    const auto* symbol = scope->find(first);
    if (symbol == nullptr) {
      continue;
    }
    // `export { _connect as connect }` names it for others, not in here.
    if (!symbol->renames.empty() && !symbol->is_type() && !symbol->is_value() && scope->parent != nullptr) {
      continue;
    }
    if (dot == std::string_view::npos) {
      return symbol;
    }
    if (symbol->inside == nullptr) {
      continue;
    }
    return find_inside(name.substr(dot + 1), *symbol->inside);
  }
  return nullptr;
}

const Symbol* Resolver::find_inside(std::string_view name, const Scope& scope) const {
  const auto dot = name.find('.');
  const auto* symbol = scope.find(name.substr(0, dot));
  if (symbol == nullptr || dot == std::string_view::npos) {
    return symbol;
  }
  return symbol->inside == nullptr ? nullptr : find_inside(name.substr(dot + 1), *symbol->inside);
}

const std::vector<const TypeParameter*>& Resolver::parameters_of(const Symbol& symbol) {
  static const std::vector<const TypeParameter*> none;
  return !symbol.bodies.empty()    ? symbol.bodies.front().type_parameters
         : !symbol.aliases.empty() ? symbol.aliases.front().type_parameters
                                   : none;
}

const Type* Resolver::combined(TypeKind kind, std::vector<const Type*> parts) {
  const bool generic =
      std::any_of(parts.begin(), parts.end(), [](const Type* part) { return part->generic; });
  return make({.kind = kind, .generic = generic, .parts = std::move(parts)});
}

Bindings Resolver::bind(const std::vector<const TypeParameter*>& parameters,
                        const std::vector<const Type*>& arguments) {
  Bindings bindings;
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const auto* parameter = parameters[index];
    const Type* argument = index < arguments.size()           ? arguments[index]
                           : parameter->fallback != nullptr   ? substitute(parameter->fallback, bindings)
                           : parameter->constraint != nullptr ? substitute(parameter->constraint, bindings)
                                                              : primitive("unknown");
    bindings.emplace_back(parameter, argument);
  }
  return bindings;
}

const Type* Resolver::substitute(const Type* type, const Bindings& bindings) {
  if (type == nullptr || !type->generic || bindings.empty()) {
    return type;
  }
  const Depth depth(m_depth);
  if (depth.too_deep()) {
    return make({.kind = TypeKind::other, .text = "endless type"});
  }
  if (type->kind == TypeKind::parameter) {
    for (const auto& [parameter, value] : bindings) {
      if (parameter == type->parameter) {
        return value;
      }
    }
    return type;
  }
  Type copy = *type;
  copy.expanded = nullptr;
  copy.generic = type->kind == TypeKind::mapped;
  for (auto& part : copy.parts) {
    part = substitute(part, bindings);
    copy.generic = copy.generic || part->generic;
  }
  for (auto& member : copy.members) {
    member.type = substitute(member.type, bindings);
    member.signature = substitute(member.signature, bindings);
  }
  copy.signature = substitute(type->signature, bindings);
  // Members and signatures keep the mark: finding out whether it is still true costs more than it saves.
  copy.generic = copy.generic || !copy.members.empty() || copy.signature != nullptr;
  return make(std::move(copy));
}

const Signature* Resolver::substitute(const Signature* signature, const Bindings& bindings) {
  if (signature == nullptr || bindings.empty()) {
    return signature;
  }
  const auto changes = [](const Type* type) { return type != nullptr && type->generic; };
  // A parameter's own constraint may mention what is substituted: `Type extends keyof EventMap`.
  Bindings extended = bindings;
  std::vector<const TypeParameter*> renewed = signature->type_parameters;
  for (auto& parameter : renewed) {
    const auto* constraint = substitute(parameter->constraint, extended);
    const auto* fallback = substitute(parameter->fallback, extended);
    if (constraint != parameter->constraint || fallback != parameter->fallback) {
      const auto* fresh = m_program.arena->make(TypeParameter{parameter->name, constraint, fallback});
      extended.emplace_back(
          parameter,
          make({.kind = TypeKind::parameter, .generic = true, .text = fresh->name, .parameter = fresh}));
      parameter = fresh;
    }
  }
  if (!changes(signature->result) &&
      std::none_of(signature->parameters.begin(), signature->parameters.end(), [&](const Parameter& each) {
        return changes(each.type);
      })) {
    return signature;
  }
  Signature copy = *signature;
  copy.type_parameters = std::move(renewed);
  for (auto& parameter : copy.parameters) {
    parameter.type = substitute(parameter.type, extended);
  }
  copy.result = substitute(copy.result, extended);
  return m_program.arena->make(std::move(copy));
}

bool Resolver::is_object_alias(const Symbol& symbol) {
  if (symbol.aliases.empty()) {
    return false;
  }
  const auto known = m_object_aliases.find(&symbol);
  if (known != m_object_aliases.end()) {
    return known->second;
  }
  m_object_aliases[&symbol] = false; // an alias of itself is none
  ++m_open_aliases;
  const auto* type = symbol.aliases.front().type;
  bool is_object = false;
  switch (type->kind) {
  case TypeKind::object:
    is_object = true;
    break;
  case TypeKind::reference: { // another name of an object type is that type; Omit<…> is a new one
    is_object = is_utility(type->text) && find(*type) == nullptr && type->text != "Array" &&
                type->text != "ReadonlyArray" && type->text != "Readonly" && shape(type) != nullptr;
    break;
  }
  case TypeKind::mapped:
  case TypeKind::both:
  case TypeKind::either:
    is_object = shape(type) != nullptr;
    break;
  default:
    break;
  }
  --m_open_aliases;
  m_object_aliases[&symbol] = is_object;
  return is_object;
}

const Type* Resolver::expand(const Type* type) {
  const Depth depth(m_depth);
  if (type == nullptr) {
    return primitive("any");
  }
  if (depth.too_deep()) {
    return make({.kind = TypeKind::other, .text = "endless type"});
  }
  if (type->expanded != nullptr) {
    return type->expanded;
  }
  const auto* expanded = expand_uncached(type);
  if (is_final()) {
    type->expanded = expanded;
  }
  return expanded;
}

const Type* Resolver::expand_uncached(const Type* type) {
  switch (type->kind) {
  case TypeKind::reference:
    return expand_reference(type);
  case TypeKind::lookup:
    return expand_lookup(type);
  case TypeKind::keys_of:
    return expand_keys(type);
  case TypeKind::conditional:
    return expand_conditional(type);
  case TypeKind::mapped:
    return expand_mapped(type);
  case TypeKind::both:
    return expand_both(type);
  default:
    return type;
  }
}

const Type* Resolver::expand_reference(const Type* type) {
  const auto* symbol = find(*type);
  if (symbol == nullptr) {
    return is_utility(type->text) ? expand_utility(type) : type;
  }
  if (!symbol->renames.empty() && !symbol->is_type()) {
    const auto* target = symbol->scope->find(symbol->renames);
    return target == nullptr ? type
                             : expand(make({.kind = TypeKind::reference,
                                            .generic = type->generic,
                                            .text = symbol->renames,
                                            .parts = type->parts,
                                            .scope = symbol->scope}));
  }
  if (symbol->aliases.empty() || !symbol->bodies.empty() || is_object_alias(*symbol)) {
    return type;
  }
  const auto& alias = symbol->aliases.front();
  return expand(substitute(alias.type, bind(alias.type_parameters, type->parts)));
}

const Type* Resolver::expand_keys(const Type* type) {
  const auto keys = keys_of(type->parts[0]);
  if (!keys) {
    return primitive("string");
  }
  std::vector<const Type*> literals;
  for (const auto key : *keys) {
    literals.push_back(text_literal(key));
  }
  return literals.empty() ? primitive("never") : combined(TypeKind::either, std::move(literals));
}

std::optional<std::vector<std::string_view>> Resolver::keys_of(const Type* type) {
  const auto flattened = shape(type);
  if (!flattened || flattened->index_value != nullptr || flattened->is_rpc) {
    return std::nullopt;
  }
  std::vector<std::string_view> keys;
  for (const auto& member : flattened->members) {
    if (!member.is_static) {
      keys.push_back(member.name);
    }
  }
  return keys;
}

const Type* Resolver::expand_lookup(const Type* type) {
  const auto* keys = expand(type->parts[1]);
  const auto* object = expand(type->parts[0]);
  if (object->kind == TypeKind::primitive && object->text == "any") {
    return object;
  }
  if (keys->kind == TypeKind::primitive && keys->text == "number" &&
      (object->kind == TypeKind::array || object->kind == TypeKind::tuple)) {
    return object->kind == TypeKind::array ? expand(object->parts[0])
                                           : combined(TypeKind::either, object->parts);
  }
  if (keys->kind == TypeKind::primitive && keys->text == "any") {
    return keys;
  }
  const auto flattened = shape(object);
  if (!flattened) {
    return type; // of a type parameter: it stays a lookup
  }
  std::vector<const Type*> found;
  for (const auto* key : arms(keys)) {
    const auto* member = key->kind == TypeKind::string ? flattened->find(key->text) : nullptr;
    if (member != nullptr && member->type != nullptr) {
      found.push_back(member->type);
    } else if (member != nullptr && member->is_method()) {
      found.push_back(
          make({.kind = TypeKind::function, .generic = true, .signature = member->signatures.front()}));
    } else if (flattened->index_value != nullptr) {
      found.push_back(flattened->index_value);
    } else {
      return make({.kind = TypeKind::other, .text = "lookup"});
    }
  }
  return found.empty()       ? primitive("never")
         : found.size() == 1 ? expand(found[0])
                             : combined(TypeKind::either, found);
}

std::optional<bool> Resolver::extends(const Type* checked, const Type* extended) {
  const auto* left = expand(checked);
  const auto* right = expand(extended);
  if (left->kind == TypeKind::parameter || left->kind == TypeKind::other || left->kind == TypeKind::either) {
    return std::nullopt;
  }
  const bool left_is_object = left->kind == TypeKind::reference || left->kind == TypeKind::object ||
                              left->kind == TypeKind::function || left->kind == TypeKind::array;
  if (right->kind == TypeKind::primitive) {
    if (right->text == "any" || right->text == "unknown") {
      return true;
    }
    const auto base = left->kind == TypeKind::string    ? std::string_view("string")
                      : left->kind == TypeKind::number  ? std::string_view("number")
                      : left->kind == TypeKind::boolean ? std::string_view("boolean")
                                                        : left->text;
    return left_is_object ? right->text == "object" : base == right->text;
  }
  if (left->kind == right->kind && left->kind == TypeKind::string) {
    return left->text == right->text;
  }
  if (right->kind == TypeKind::either) {
    bool all_false = true;
    for (const auto* arm : right->parts) {
      if (left->kind == TypeKind::string && arm->kind == TypeKind::string && left->text != arm->text) {
        continue; // one of hundreds of names
      }
      const auto answer = extends(left, arm);
      if (answer == true) {
        return true;
      }
      all_false = all_false && answer == false;
    }
    return all_false ? std::optional(false) : std::nullopt;
  }
  return left_is_object ? std::nullopt : std::optional(false); // a primitive is no object type
}

const Type* Resolver::expand_conditional(const Type* type) {
  if (mentions_rpc(type->parts[2]) || mentions_rpc(type->parts[3])) {
    return mentions_rpc(type->parts[2]) ? type->parts[2] : type->parts[3];
  }
  const auto answer = extends(type->parts[0], type->parts[1]);
  const auto* then = type->parts[2];
  const bool is_guard = then->kind == TypeKind::primitive && then->text == "never" &&
                        type->parts[3]->kind == TypeKind::parameter;
  if (!answer && is_guard) {
    return type->parts[3]; // `T extends Taken ? never : T`: where it may be used at all
  }
  if (!answer) {
    return make({.kind = TypeKind::other, .text = "conditional type"});
  }
  return expand(type->parts[*answer ? 2 : 3]);
}

const Type* Resolver::expand_mapped(const Type* type) {
  Shape mapped;
  for (const auto* key : arms(expand(type->parts[0]))) {
    if (key->kind == TypeKind::string || key->kind == TypeKind::number) {
      ShapeMember member;
      member.name = key->text;
      member.type = substitute(type->parts[1], {{type->parameter, key}});
      member.optional = type->optional;
      mapped.members.push_back(std::move(member));
    } else if (key->kind == TypeKind::primitive && (key->text == "string" || key->text == "number")) {
      mapped.index_value = substitute(type->parts[1], {{type->parameter, key}});
    } else {
      return make({.kind = TypeKind::other, .text = "mapped type"});
    }
  }
  return object_of(mapped);
}

const Type* Resolver::expand_both(const Type* type) {
  // `unknown & T` is T; `string & {}` is string, a spelling that keeps literals in completions.
  std::vector<const Type*> kept;
  for (const auto* part : type->parts) {
    const auto* arm = expand(part);
    const bool is_unknown =
        arm->kind == TypeKind::primitive && (arm->text == "unknown" || arm->text == "any");
    const bool is_empty = arm->kind == TypeKind::object && arm->members.empty();
    if (!is_unknown && !is_empty) {
      kept.push_back(arm);
    }
  }
  if (kept.empty()) {
    return primitive("any");
  }
  for (const auto* arm : kept) {
    if (arm->kind == TypeKind::primitive && arm->text != "object") {
      return arm;
    }
  }
  return kept.size() == 1 ? kept.front() : type;
}

const Type* Resolver::expand_utility(const Type* type) {
  const auto name = type->text;
  const auto argument = [&](std::size_t index) {
    return index < type->parts.size() ? type->parts[index] : primitive("any");
  };
  if (name == "Array" || name == "ReadonlyArray") {
    return combined(TypeKind::array, {argument(0)});
  }
  if (name == "Readonly") {
    return expand(argument(0));
  }
  if (name == "NonNullable" || name == "Exclude" || name == "Extract") {
    std::vector<const Type*> kept;
    for (const auto* arm : arms(argument(0))) {
      const bool is_null =
          arm->kind == TypeKind::primitive && (arm->text == "null" || arm->text == "undefined");
      const bool matches = name == "NonNullable" ? is_null : extends(arm, argument(1)).value_or(false);
      if (matches == (name == "Extract")) {
        kept.push_back(arm);
      }
    }
    return kept.empty()       ? primitive("never")
           : kept.size() == 1 ? expand(kept.front())
                              : combined(TypeKind::either, std::move(kept));
  }
  if (name == "Awaited") {
    const auto* inner = expand(argument(0));
    const bool is_promise =
        inner->kind == TypeKind::reference && inner->text == "Promise" && !inner->parts.empty();
    return is_promise ? expand(inner->parts[0]) : inner;
  }
  if (name == "ReturnType") {
    const auto* inner = expand(argument(0));
    return inner->kind == TypeKind::function && inner->signature->result != nullptr
               ? expand(inner->signature->result)
               : primitive("any");
  }
  const auto flattened = shape(type);
  return flattened ? object_of(*flattened) : make({.kind = TypeKind::other, .text = name});
}

std::vector<const Type*> Resolver::arms(const Type* type) {
  std::vector<const Type*> all;
  all.reserve(type == nullptr ? 1 : std::max<std::size_t>(type->parts.size(), 1)); // null: without a type
  if (!add_arms(type, all)) {
    all = {make({.kind = TypeKind::other, .text = "endless type"})};
  }
  return all;
}

bool Resolver::add_arms(const Type* type, std::vector<const Type*>& all) {
  const auto* opened = expand(type);
  if (opened->kind != TypeKind::either) {
    all.push_back(opened);
    return true;
  }
  const Depth depth(m_depth);
  return !depth.too_deep() && std::all_of(opened->parts.begin(), opened->parts.end(), [&](const Type* part) {
    return add_arms(part, all);
  });
}

} // namespace pyw::typegen

// Object types as lists of members: the other half of Resolver.
#include <typegen/resolver.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

ShapeMember& member_named(Shape& shape, const Member& source) {
  for (auto& member : shape.members) {
    if (member.name == source.name && member.is_static == source.is_static) {
      return member;
    }
  }
  ShapeMember fresh;
  fresh.name = source.name;
  fresh.is_static = source.is_static;
  return shape.members.emplace_back(std::move(fresh));
}

SharedShape shared(Shape shape) {
  return std::make_shared<const Shape>(std::move(shape));
}

bool is_never(const Type* type) {
  return type != nullptr && type->kind == TypeKind::primitive && type->text == "never";
}

} // namespace

void Resolver::add_members(Shape& shape, const std::vector<Member>& members, const Bindings& bindings) {
  shape.members.reserve(shape.members.size() + members.size());
  for (const auto& source : members) {
    if (source.hidden) {
      continue;
    }
    const auto* type = substitute(source.type, bindings);
    const auto* signature = substitute(source.signature, bindings);
    if (source.kind == MemberKind::call) {
      shape.calls.push_back(signature);
      continue;
    }
    if (source.kind == MemberKind::construct) {
      shape.constructs.push_back(signature);
      continue;
    }
    if (source.kind == MemberKind::index) {
      shape.index_value = type;
      continue;
    }
    auto& member = member_named(shape, source);
    member.doc = member.doc.empty() ? source.doc : member.doc;
    member.optional = member.optional || source.optional;
    switch (source.kind) {
    case MemberKind::method:
      member.signatures.push_back(signature);
      break;
    case MemberKind::getter:
      member.type = type;
      member.read_only = member.setter_type == nullptr;
      break;
    case MemberKind::setter:
      member.setter_type = type;
      member.type = member.type == nullptr ? type : member.type;
      member.read_only = false;
      break;
    default:
      member.type = type == nullptr ? primitive("any") : type;
      member.read_only = source.read_only;
    }
  }
}

Shape& Resolver::inherit(Shape& shape, const Shape& base) {
  for (const auto& member : base.members) {
    const auto own = std::find_if(shape.members.begin(), shape.members.end(), [&](const ShapeMember& each) {
      return each.name == member.name && each.is_static == member.is_static;
    });
    if (own == shape.members.end()) {
      shape.members.push_back(member);
    }
  }
  shape.index_value = shape.index_value == nullptr ? base.index_value : shape.index_value;
  shape.is_class = shape.is_class || base.is_class;
  shape.is_rpc = shape.is_rpc || base.is_rpc;
  shape.calls.insert(shape.calls.end(), base.calls.begin(), base.calls.end());
  return shape;
}

Shape Resolver::shape_of_symbol(const Symbol& symbol, const Bindings& bindings, Inherited inherited) {
  Shape shape;
  if (!m_shaping.insert(&symbol).second) {
    return shape;
  }
  for (const auto& body : symbol.bodies) {
    // Each block names its parameters anew: they stand for the same arguments, in order.
    Bindings own;
    for (std::size_t index = 0; index < body.type_parameters.size() && index < bindings.size(); ++index) {
      own.emplace_back(body.type_parameters[index], bindings[index].second);
    }
    shape.is_class = shape.is_class || body.is_class;
    add_members(shape, body.members, own);
  }
  if (inherited == Inherited::include) {
    for (const auto& body : symbol.bodies) {
      Bindings own;
      for (std::size_t index = 0; index < body.type_parameters.size() && index < bindings.size(); ++index) {
        own.emplace_back(body.type_parameters[index], bindings[index].second);
      }
      for (const auto* heir_of : body.heritage) {
        const auto base = shape_inner(substitute(heir_of, own), Inherited::include);
        if (base) {
          inherit(shape, *base);
        } else if (find(*heir_of) == nullptr && heir_of->text == "Error") {
          shape.is_class = true;
        }
      }
    }
  }
  m_shaping.erase(&symbol);
  return shape;
}

SharedShape Resolver::shape(const Type* type, Inherited inherited) {
  return shape_inner(type, inherited);
}

SharedShape Resolver::members_of(const Type* type) {
  static const auto none = std::make_shared<const Shape>();
  auto found = shape(type);
  return found == nullptr ? none : found;
}

SharedShape Resolver::shape_inner(const Type* type, Inherited inherited) {
  // What is asked for while a heritage is being walked may be cut short by it: not to be kept.
  const bool keep = m_shaping.empty() && inherited == Inherited::include && m_depth < 20;
  if (!keep) {
    return shape_uncached(type, inherited);
  }
  const auto known = m_shapes.find(type);
  return known != m_shapes.end() ? known->second
                                 : m_shapes.emplace(type, shape_uncached(type, inherited)).first->second;
}

SharedShape Resolver::shape_uncached(const Type* type, Inherited inherited) {
  if (++m_depth > 80) {
    --m_depth;
    return nullptr;
  }

  struct Leave {
    int& depth;

    ~Leave() { --depth; }
  } const leave{m_depth};

  switch (type->kind) {
  case TypeKind::object: {
    Shape shape;
    add_members(shape, type->members, {});
    return shared(std::move(shape));
  }
  case TypeKind::both:
    return shape_of_both(type);
  case TypeKind::either:
    return shape_of_either(type);
  case TypeKind::mapped:
  case TypeKind::lookup:
  case TypeKind::conditional: {
    const auto* expanded = expand(type);
    return expanded == type || expanded->kind == TypeKind::other ? nullptr : shape_inner(expanded, inherited);
  }
  case TypeKind::reference:
    break;
  default:
    return nullptr;
  }

  const auto* symbol = find(*type);
  if (type->text.substr(0, 4) == "Rpc." || type->text == "Provider") {
    Shape stub;
    stub.is_rpc = true;
    stub.is_class = true;
    return shared(std::move(stub));
  }
  if (symbol != nullptr) {
    if (!symbol->bodies.empty()) {
      return shared(shape_of_symbol(*symbol, bind(parameters_of(*symbol), type->parts), inherited));
    }
    if (!symbol->aliases.empty() && m_shaping.insert(symbol).second) {
      const auto& alias = symbol->aliases.front();
      auto result = shape_inner(substitute(alias.type, bind(alias.type_parameters, type->parts)), inherited);
      m_shaping.erase(symbol);
      return result;
    }
    return nullptr;
  }

  // Utility types over objects.
  const auto argument = [&](std::size_t index) {
    return index < type->parts.size() ? type->parts[index] : primitive("any");
  };
  if (type->text == "Record") {
    Shape record;
    for (const auto* key : arms(argument(0))) {
      if (key->kind == TypeKind::string) {
        ShapeMember member;
        member.name = key->text;
        member.type = argument(1);
        record.members.push_back(std::move(member));
      } else {
        record.index_value = argument(1);
      }
    }
    return shared(std::move(record));
  }
  if (type->text == "Exclude" || type->text == "Readonly" || type->text == "NonNullable") {
    return shape_inner(argument(0), inherited);
  }
  const bool picks = type->text == "Pick";
  const bool omits = type->text == "Omit";
  if (!picks && !omits && type->text != "Partial" && type->text != "Required") {
    return nullptr;
  }
  const auto whole = shape_inner(argument(0), Inherited::include);
  if (!whole) {
    return nullptr;
  }
  auto base = *whole;
  if (picks || omits) {
    std::set<std::string_view> names;
    for (const auto* key : arms(argument(1))) {
      names.insert(key->text);
    }
    std::erase_if(base.members, [&](const ShapeMember& each) { return names.contains(each.name) == omits; });
    return shared(std::move(base));
  }
  for (auto& member : base.members) {
    member.optional = type->text == "Partial";
  }
  return shared(std::move(base));
}

/// What a lookup by several names (`Models[Name]["inputs"]`) may lead to, name by name: its object may be a
/// union of classes, which has no shape of its own.
std::vector<const Type*> Resolver::each_looked_up(const Type* type) {
  if (type->kind != TypeKind::lookup) {
    return {type};
  }
  constexpr std::size_t most = 2000; // the runtime's declarations have some 100 models in one table
  std::vector<const Type*> found;
  const auto names = arms(expand(type->parts[1]));
  const auto objects = each_looked_up(type->parts[0]);
  if (objects.size() * names.size() > most) {
    return {type};
  }
  for (const auto* object : objects) {
    for (const auto* name : names) {
      const auto* value =
          expand(make({.kind = TypeKind::lookup, .parts = {object, name}, .scope = type->scope}));
      if (std::find(found.begin(), found.end(), value) == found.end()) {
        found.push_back(value);
      }
    }
  }
  return found;
}

/// The data among it as one union; the lookup itself when there is none.
const Type* Resolver::widest(const Type* lookup) {
  auto found = each_looked_up(lookup);
  std::erase_if(found, [&](const Type* value) {
    const auto shaped = shape_inner(value, Inherited::include);
    return !shaped || shaped->is_class || !is_plain(value);
  });
  return found.empty() ? lookup : combined(TypeKind::either, std::move(found));
}

SharedShape Resolver::shape_of_both(const Type* type) {
  Shape merged;
  bool any = false;
  for (const auto* part : type->parts) {
    auto arm = shape_inner(part, Inherited::include);
    if (!arm && part->kind == TypeKind::lookup) {
      arm = shape_inner(widest(part), Inherited::include);
    }
    if (!arm) {
      const auto* expanded = expand(part);
      const bool is_nothing =
          expanded->kind == TypeKind::primitive &&
          (expanded->text == "unknown" || expanded->text == "any" || expanded->text == "object");
      if (is_nothing || expanded->kind == TypeKind::other) {
        continue;
      }
      return nullptr;
    }
    any = true;
    for (const auto& member : arm->members) {
      const auto own =
          std::find_if(merged.members.begin(), merged.members.end(), [&](const ShapeMember& each) {
            return each.name == member.name && each.is_static == member.is_static;
          });
      if (own == merged.members.end()) {
        merged.members.push_back(member);
      } else { // both must hold: required if either is; the later arm is the narrower one by habit
        const bool optional = own->optional && member.optional;
        const auto doc = own->doc.empty() ? member.doc : own->doc;
        *own = member;
        own->optional = optional;
        own->doc = doc;
      }
    }
    merged.index_value = merged.index_value == nullptr ? arm->index_value : merged.index_value;
    merged.is_class = merged.is_class || arm->is_class;
    merged.is_rpc = merged.is_rpc || arm->is_rpc;
    merged.calls.insert(merged.calls.end(), arm->calls.begin(), arm->calls.end());
    merged.constructs.insert(merged.constructs.end(), arm->constructs.begin(), arm->constructs.end());
  }
  return any ? shared(std::move(merged)) : nullptr;
}

SharedShape Resolver::shape_of_either(const Type* type) {
  Shape merged;
  bool first = true;
  for (const auto* part : arms(type)) {
    const auto of_arm = shape_inner(part, Inherited::include);
    if (!of_arm || of_arm->is_rpc || of_arm->is_class || !of_arm->calls.empty() || !is_plain(part)) {
      return nullptr;
    }
    auto arm = *of_arm;
    // `value?: undefined` beside `value: R` says that this arm lacks the key, as `never` does.
    std::erase_if(arm.members, [](const ShapeMember& each) {
      const bool is_missing = each.optional && each.type != nullptr &&
                              each.type->kind == TypeKind::primitive && each.type->text == "undefined";
      return is_missing || is_never(each.type);
    });
    for (auto& own : merged.members) {
      own.sometimes = own.sometimes || arm.find(own.name) == nullptr;
    }
    for (const auto& member : arm.members) {
      auto own = std::find_if(merged.members.begin(), merged.members.end(), [&](const ShapeMember& each) {
        return each.name == member.name;
      });
      if (own == merged.members.end()) {
        merged.members.push_back(member);
        merged.members.back().sometimes = !first || member.sometimes;
      } else {
        own->optional = own->optional || member.optional;
        own->sometimes = own->sometimes || member.sometimes;
        if (own->type != nullptr && member.type != nullptr && own->type != member.type) {
          own->type = combined(TypeKind::either, {own->type, member.type});
        }
      }
    }
    merged.index_value = merged.index_value == nullptr ? arm.index_value : merged.index_value;
    first = false;
  }
  return first ? nullptr : shared(std::move(merged));
}

bool Resolver::is_plain(const Symbol& symbol) {
  const auto known = m_plain.find(&symbol);
  if (known != m_plain.end()) {
    return known->second;
  }
  m_plain[&symbol] = true;
  const auto* reference = make({.kind = TypeKind::reference, .text = symbol.name, .scope = symbol.scope});
  bool plain = true;
  for (const auto& variable : symbol.variables) { // a constructor of the same name: instances, not data
    const auto made = variable.type == nullptr ? nullptr : shape_inner(variable.type, Inherited::include);
    plain = plain && !(made && !made->constructs.empty());
  }
  if (plain) {
    const auto flattened = shape_inner(reference, Inherited::include);
    plain = flattened != nullptr && !flattened->is_class && !flattened->is_rpc && flattened->calls.empty() &&
            flattened->constructs.empty() &&
            (!flattened->members.empty() || flattened->index_value != nullptr) &&
            std::none_of(flattened->members.begin(), flattened->members.end(), [](const ShapeMember& member) {
              return member.is_method() && !member.optional;
            });
  }
  m_plain[&symbol] = plain;
  return plain;
}

bool Resolver::is_plain(const Type* type) {
  const auto known = m_plain_types.find(type);
  if (known != m_plain_types.end()) {
    return known->second;
  }
  const bool plain = is_plain_uncached(type);
  m_plain_types.emplace(type, plain);
  return plain;
}

bool Resolver::is_plain_uncached(const Type* type) {
  const auto* expanded = expand(type);
  if (expanded->kind == TypeKind::reference) {
    const auto* symbol = find(*expanded);
    return symbol != nullptr && is_plain(*symbol);
  }
  const auto flattened = shape_inner(expanded, Inherited::include);
  return flattened != nullptr && !flattened->is_class && !flattened->is_rpc && flattened->calls.empty() &&
         flattened->constructs.empty() &&
         std::none_of(flattened->members.begin(), flattened->members.end(), [](const ShapeMember& member) {
           return member.is_method() && !member.optional;
         });
}

const Type* Resolver::object_of(const Shape& shape) {
  Type object{.kind = TypeKind::object, .generic = true};
  for (const auto& source : shape.members) {
    Member member;
    member.name = source.name;
    member.optional = source.optional || source.sometimes;
    member.read_only = source.read_only;
    member.is_static = source.is_static;
    member.doc = source.doc;
    if (!source.is_method()) {
      member.type = source.type;
      object.members.push_back(std::move(member));
      continue;
    }
    for (const auto* signature : source.signatures) {
      member.kind = MemberKind::method;
      member.signature = signature;
      object.members.push_back(member);
    }
  }
  if (shape.index_value != nullptr) {
    Member index;
    index.kind = MemberKind::index;
    index.type = shape.index_value;
    index.key_type = primitive("string");
    object.members.push_back(std::move(index));
  }
  return make(std::move(object));
}

} // namespace pyw::typegen

#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

constexpr int lowering_depth_limit = 40;
/// Types that branch at every level of their own recursion end here; the largest of the runtime's
/// declarations takes a tenth of it.
constexpr int work_limit = 50'000;

bool is_primitive(const Type* type, std::string_view name) {
  return type->kind == TypeKind::primitive && type->text == name;
}

/// JavaScript has one type of number; Python code wants to know. Most are counts, sizes, codes and
/// identifiers; these are measurements.
bool is_fraction(std::string_view hint) {
  static const std::set<std::string_view> names{
      "score",       "duration", "confidence", "probability", "latency",   "cost",
      "custom_cost", "wallTime", "cpuTime",    "timeOrigin",  "startTime", "now",
      "temperature", "weight",   "similarity", "percentage",  "ratio",     "x",
      "y",           "opacity",  "gamma",      "brightness",  "contrast",  "saturation",
      "timeStamp",   "logprob",  "top_p",      "idle",        "active",    "utilization"};
  return names.contains(hint) || hint.ends_with("_ms") || hint.ends_with("Ms") || hint.ends_with("Score") ||
         hint.ends_with("_score") || hint.ends_with("Duration") || hint.ends_with("_duration") ||
         hint.ends_with("_time") || hint.ends_with("_probability");
}

} // namespace

std::string_view module_name(Module module) {
  switch (module) {
  case Module::raw:
    return "_raw";
  case Module::raw_of_env:
    return "_raw_of_env";
  case Module::raw_options:
    return "_raw_options";
  case Module::env:
    return "_env";
  case Module::options:
    return "_options";
  case Module::bindings:
    return "_bindings";
  case Module::bindings_options:
    return "_bindings_options";
  case Module::ai:
    return "_ai";
  case Module::globals:
    return "_globals";
  default:
    return "_ai_options";
  }
}

std::string Lowering::approximate(std::string_view what) {
  m_approximations.insert({m_owner, std::string(what)});
  return "Any";
}

std::string Lowering::lower(const Type* type, Position position, std::string_view hint) {
  if (type == nullptr) {
    return "Any";
  }
  m_work = m_depth == 0 ? 0 : m_work + 1;
  if (m_depth > lowering_depth_limit || m_work > work_limit) {
    return approximate("a type that contains itself without end");
  }
  ++m_depth;

  struct Leave {
    int& depth;

    ~Leave() { --depth; }
  } const leave{m_depth};

  if (type->kind == TypeKind::parameter) {
    return lower_parameter(type, position, hint);
  }
  const auto* substituted = m_resolver.substitute(type, m_bindings);
  const auto* alias = substituted->kind == TypeKind::reference ? m_resolver.find(*substituted) : nullptr;
  if (alias != nullptr && alias->scope != nullptr && alias->scope->qualified == "Rpc") {
    return "Any"; // how TypeScript computes the type of a remote method: Python is told what the method says
  }
  if (alias == nullptr || alias->aliases.empty() || m_resolver.is_object_alias(*alias)) {
    return lower_expanded(m_resolver.expand(substituted), position, hint);
  }
  if (!m_open_aliases.insert(alias).second) {
    return approximate(alias->qualified + " contains itself");
  }
  auto text = lower_expanded(m_resolver.expand(substituted), position, hint);
  m_open_aliases.erase(alias);
  return text;
}

std::string Lowering::lower_expanded(const Type* expanded, Position position, std::string_view hint) {
  switch (expanded->kind) {
  case TypeKind::primitive:
    return lower_primitive(expanded, position, hint);
  case TypeKind::string:
    return "Literal[" + quote(expanded->text) + "]";
  case TypeKind::number:
    return expanded->text.find_first_of(".eExXoObBn_") == std::string_view::npos
               ? "Literal[" + std::string(expanded->text) + "]"
               : builtin("float");
  case TypeKind::boolean:
    return expanded->text == "true" ? "Literal[True]" : "Literal[False]";
  case TypeKind::parameter:
    return lower_parameter(expanded, position, hint);
  case TypeKind::reference:
    return lower_reference(expanded, position, hint);
  case TypeKind::array: {
    const auto* element = m_resolver.expand(expanded->parts[0]);
    // Lists of numbers are vectors far more often than counts.
    const auto element_hint = is_primitive(element, "number") ? std::string_view("score") : hint;
    return lower_array(lower(expanded->parts[0], position, element_hint), position);
  }
  case TypeKind::tuple:
    return lower_tuple(expanded, position, hint);
  case TypeKind::optional:
    return lower(expanded->parts[0], position, hint) + " | None";
  case TypeKind::rest:
    return lower(expanded->parts[0], position, hint);
  case TypeKind::either:
    return lower_union(expanded, position, hint);
  case TypeKind::both:
  case TypeKind::object:
    return lower_anonymous(expanded, position, hint);
  case TypeKind::function:
    return lower_function(*expanded->signature, position);
  case TypeKind::constructor:
    return is_in(position) ? "Any" : "JsProxy";
  case TypeKind::type_of:
    return lower_type_of(expanded);
  case TypeKind::text_pattern:
    return builtin("str");
  case TypeKind::predicate:
    return builtin("bool");
  case TypeKind::self:
    return "Self";
  case TypeKind::lookup:
    return approximate("a lookup in a type parameter");
  default:
    return approximate(expanded->text.substr(0, 80));
  }
}

std::string Lowering::lower_parameter(const Type* type, Position position, std::string_view hint) {
  const auto* parameter = type->parameter;
  if (std::find(m_parameters.begin(), m_parameters.end(), parameter) != m_parameters.end()) {
    return parameter_name(*parameter);
  }
  for (const auto& [known, value] : m_bindings) {
    if (known == parameter && value != type) {
      return lower(value, position, hint);
    }
  }
  if (parameter->fallback != nullptr) {
    return lower(parameter->fallback, position, hint);
  }
  // What a caller may choose freely is not what the constraint allows at most; but a record it is.
  const auto* constraint =
      parameter->constraint == nullptr ? nullptr : m_resolver.expand(parameter->constraint);
  const auto shape = constraint == nullptr ? nullptr : m_resolver.shape(constraint);
  if (!is_in(position) && shape && shape->members.empty() && shape->index_value != nullptr) {
    return lower_record(m_resolver.primitive("any"), position, hint);
  }
  return constraint != nullptr && constraint->kind != TypeKind::array && is_in(position)
             ? lower(constraint, position, hint)
             : "Any";
}

std::string Lowering::lower_primitive(const Type* type, Position position, std::string_view hint) {
  const auto name = type->text;
  if (name == "string") {
    return builtin("str");
  }
  if (name == "number") {
    return builtin(is_in(position) || is_fraction(hint) ? "float" : "int");
  }
  if (name == "boolean") {
    return builtin("bool");
  }
  if (name == "bigint") {
    return builtin("int");
  }
  if (name == "void" || name == "undefined") {
    return "None";
  }
  if (name == "null") {
    return is_raw(position) && m_options.null_value == NullValue::js_null ? "JsNull" : "None";
  }
  if (name == "never") {
    return "Never";
  }
  if (name == "object") {
    return position == Position::raw_out ? "JsProxy" : "Any";
  }
  return "Any"; // any, unknown, symbol
}

std::string Lowering::lower_array(const std::string& element, Position position) {
  switch (position) {
  case Position::raw_out:
    return "JsArray[" + element + "]";
  case Position::raw_in:
  case Position::env_in:
    return "ListLike[" + element + "]";
  default:
    return builtin("list") + "[" + element + "]";
  }
}

std::string Lowering::lower_tuple(const Type* type, Position position, std::string_view hint) {
  // An array of known length: what comes out can be unpacked, so the elements keep their types.
  const bool is_open = std::any_of(type->parts.begin(), type->parts.end(), [](const Type* part) {
    return part->kind == TypeKind::rest || part->kind == TypeKind::optional;
  });
  if (!is_in(position) && !is_open && !type->parts.empty()) {
    std::string text = builtin("tuple") + "[";
    for (const auto* part : type->parts) {
      text += (part == type->parts.front() ? "" : ", ") + lower(part, inside(position), hint);
    }
    return text + "]";
  }
  PythonUnion elements;
  for (const auto* part : type->parts) {
    const auto* element = m_resolver.expand(part->kind == TypeKind::rest ? part->parts[0] : part);
    elements.add(
        lower(part->kind == TypeKind::rest && element->kind == TypeKind::array ? element->parts[0] : element,
              inside(position),
              hint));
  }
  return lower_array(elements.text(PythonUnion::Any::absorbs), position);
}

std::string Lowering::lower_union(const Type* type, Position position, std::string_view hint) {
  PythonUnion result;
  std::vector<const Type*> plain;
  for (const auto* arm : m_resolver.arms(type)) {
    const bool is_data = (arm->kind == TypeKind::object || arm->kind == TypeKind::both ||
                          (arm->kind == TypeKind::reference && m_resolver.find(*arm) != nullptr)) &&
                         m_resolver.is_plain(arm);
    if (is_data) {
      plain.push_back(arm);
    } else if (arm->kind == TypeKind::string) {
      result.add_literal(quote(arm->text)); // of the AI models, unions of hundreds
    } else {
      result.add(lower(arm, position, hint));
    }
  }
  // Kinds of one record, told apart by a key, are one class: Python's checkers cannot narrow them as
  // TypeScript does.
  if (plain.size() > 1 && std::any_of(plain.begin(), plain.end(), [](const Type* arm) {
        return arm->kind != TypeKind::reference;
      })) {
    result.add(lower_anonymous(m_resolver.combined(TypeKind::either, plain), position, hint));
  } else {
    for (const auto* arm : plain) {
      result.add(lower(arm, position, hint));
    }
  }
  return result.text(is_in(position) ? PythonUnion::Any::absorbs : PythonUnion::Any::keeps_none);
}

std::string Lowering::lower_function(const Signature& signature, Position position) {
  // A function that goes in is called by JavaScript: its arguments come out, unconverted, and its result goes
  // in.
  const bool goes_in = is_in(position);
  const auto arguments = goes_in ? Position::raw_out : is_raw(position) ? Position::raw_in : Position::env_in;
  const auto results = goes_in ? Position::raw_in : position;
  const auto* declared = signature.result == nullptr ? nullptr : m_resolver.expand(signature.result);
  std::string result = "Any";
  if (declared != nullptr) {
    const auto arms = m_resolver.arms(declared);
    const bool ignored =
        std::any_of(arms.begin(), arms.end(), [](const Type* arm) { return is_primitive(arm, "void"); });
    result = goes_in && ignored ? "Any" : lower(declared, results);
  }
  std::vector<std::string> parameters;
  std::size_t required = 0;
  for (const auto& parameter : signature.parameters) {
    if (parameter.rest) {
      return "Callable[..., " + result + "]";
    }
    required += parameter.optional ? 0 : 1;
    parameters.push_back(lower(parameter.type, arguments, parameter.name));
  }
  PythonUnion arities; // a function need not take what it may be given
  for (auto count = required; count <= parameters.size(); ++count) {
    std::string text = "Callable[[";
    for (std::size_t index = 0; index < count; ++index) {
      text += (index == 0 ? "" : ", ") + parameters[index];
    }
    arities.add(text + "], " + result + "]");
  }
  return arities.text(PythonUnion::Any::keeps_none);
}

std::string Lowering::lower_type_of(const Type* type) {
  const auto* symbol = m_resolver.find(*type);
  if (symbol == nullptr) {
    return "Any";
  }
  if (!symbol->bodies.empty()) {
    const auto name = request(*symbol, Form::raw, {});
    return builtin("type") + "[" + name + "]";
  }
  return symbol->variables.empty() ? "Any" : lower(symbol->variables.front().type, Position::raw_out);
}

std::string Lowering::lower_record(const Type* value, Position position, std::string_view hint) {
  const auto element = lower(value, inside(position), hint);
  switch (position) {
  case Position::raw_out:
    return "JsRecord[" + element + "]";
  case Position::raw_in:
    return "Mapping[" + builtin("str") + ", " + element + "] | JsProxy";
  case Position::env_in:
    return "Mapping[" + builtin("str") + ", " + element + "]";
  default:
    return "JsDict[" + element + "]";
  }
}

std::string Lowering::lower_reference(const Type* type, Position position, std::string_view hint) {
  const auto* symbol = m_resolver.find(*type);
  if (symbol == nullptr) {
    bool known = false;
    auto text = lower_builtin(type, position, hint, known);
    if (known) {
      return text;
    }
    const auto shape = m_resolver.shape(type);
    return shape ? lower_anonymous(type, position, hint)
                 : approximate("unknown name " + std::string(type->text));
  }
  if (symbol->is_enum) {
    PythonUnion values;
    for (const auto& member : symbol->enum_members) {
      values.add(member.value == nullptr ? builtin("int") : lower(member.value, position));
    }
    return values.text(PythonUnion::Any::absorbs);
  }
  return lower_symbol(*symbol, type, position, hint);
}

} // namespace pyw::typegen

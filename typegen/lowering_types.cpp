#include <base/text.hpp>
#include <typegen/lowering.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

constexpr int depth_limit = 40;
/// Types that branch at every level of their own recursion end here; the largest of the runtime's declarations
/// takes a tenth of it.
constexpr int work_limit = 50'000;

bool is_in(Position position) {
  return position == Position::raw_in || position == Position::env_in;
}

bool is_raw(Position position) {
  return position == Position::raw_in || position == Position::raw_out;
}

/// What a value's own parts are seen as: only the outermost object, and the elements of an outermost list,
/// are wrapped (rpc.py of the SDK: _convert_result).
Position inside(Position position) {
  return position == Position::env_top ? Position::env_nested : position;
}

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
  case Module::raw_options:
    return "_raw_options";
  case Module::env:
    return "_env";
  case Module::options:
    return "_options";
  case Module::ai:
    return "_ai";
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
  if (m_depth > depth_limit || m_work > work_limit) {
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
  const auto shape = constraint == nullptr ? std::nullopt : m_resolver.shape(constraint);
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

std::string
Lowering::lower_symbol(const Symbol& symbol, const Type* type, Position position, std::string_view hint) {
  if (!symbol.is_type()) {
    return approximate("not a type: " + std::string(type->text));
  }
  const bool plain = m_resolver.is_plain(symbol);
  const auto flattened = plain ? m_resolver.shape(type) : std::nullopt;
  if (flattened && flattened->members.empty() && flattened->index_value != nullptr) {
    return lower_record(flattened->index_value, position, hint);
  }
  // What the SDK makes its own objects of, and what it hands on untouched (rpc.py, utils.py).
  static const std::set<std::string_view> sdk{"Response", "Request", "FormData", "Blob", "File"};
  static const std::set<std::string_view> untouched{
      "ReadableStream", "URLSearchParams", "Headers", "WritableStream"};
  const bool is_global = symbol.scope == m_resolver.program().global;
  const bool is_stub = !plain && m_resolver.shape(type).value_or(Shape{}).is_rpc;
  const auto arguments = [&](Position where) { return type_arguments(symbol, type->parts, where); };
  const auto named = [&](Form form, Position where) {
    return request(symbol, form, type->parts) + (is_monomorphic(symbol, form) ? "" : arguments(where));
  };

  switch (position) {
  case Position::raw_out:
    if (m_pass_through != nullptr && (is_stub || &symbol == m_pass_through)) {
      return named(Form::env, Position::env_nested);
    }
    return named(Form::raw, position);
  case Position::raw_in: {
    if (!plain) {
      const bool is_callback_object = !symbol.is_class() && symbol.variables.empty() && !is_stub;
      return named(Form::raw, Position::raw_out) + (is_callback_object ? " | JsDoubleProxy[Any]" : "");
    }
    auto text = request(symbol, Form::raw_options, type->parts);
    if (was_requested(symbol, Form::raw)) {
      text += " | " + named(Form::raw, Position::raw_out);
    }
    const bool has_callbacks =
        std::any_of(flattened->members.begin(), flattened->members.end(), [&](const auto& member) {
          return member.is_method() || m_resolver.expand(member.type)->kind == TypeKind::function;
        });
    if (is_structural(*flattened)) {
      text += " | " + request(symbol, Form::protocol, type->parts) + arguments(Position::raw_out);
    }
    text +=
        flattened->index_value != nullptr ? " | " + lower_record(flattened->index_value, position, hint) : "";
    return has_callbacks ? text + " | JsDoubleProxy[Any]" : text;
  }
  case Position::env_top:
  case Position::env_nested:
    if (is_global && sdk.contains(symbol.name)) {
      return "workers." + std::string(symbol.name);
    }
    // The models are classes that hold nothing but the types of what goes in and comes out.
    if (plain || (m_ai && is_data_class(symbol)) ||
        (position == Position::env_top && !(is_global && untouched.contains(symbol.name)))) {
      return named(Form::env, Position::env_nested);
    }
    return named(Form::raw, Position::raw_out);
  default:
    break;
  }
  // env_in
  if (is_global && sdk.contains(symbol.name)) {
    return "workers." + std::string(symbol.name) + " | " + named(Form::raw, Position::raw_out);
  }
  if (plain) {
    auto text = request(symbol, Form::options, type->parts);
    text +=
        flattened->index_value != nullptr ? " | " + lower_record(flattened->index_value, position, hint) : "";
    return was_requested(symbol, Form::env) ? text + " | " + named(Form::env, Position::env_nested) : text;
  }
  std::string text;
  if (was_requested(symbol, Form::env)) {
    text = named(Form::env, Position::env_nested);
  }
  if (was_requested(symbol, Form::raw) || text.empty()) {
    text += (text.empty() ? "" : " | ") + named(Form::raw, Position::raw_out);
  }
  const bool is_callback_object = !symbol.is_class() && symbol.variables.empty() && !is_stub;
  return text + (is_callback_object && !was_requested(symbol, Form::env) ? " | JsDoubleProxy[Any]" : "");
}

bool Lowering::is_data_class(const Symbol& symbol) {
  const auto shape = m_resolver.shape(
      m_resolver.make({.kind = TypeKind::reference, .text = symbol.name, .scope = symbol.scope}));
  return symbol.is_class() && shape && !shape->members.empty() &&
         std::none_of(shape->members.begin(), shape->members.end(), [](const ShapeMember& member) {
           return member.is_method() || member.is_static || member.read_only;
         });
}

std::string Lowering::anonymous_name(std::string_view hint) const {
  std::string tail = to_identifier(hint.empty() ? "Value" : hint);
  return m_owner + "_" + tail;
}

std::string Lowering::lower_anonymous(const Type* type, Position position, std::string_view hint) {
  // A member's type is asked for once for each way of reaching it, and a nested one once more for each level.
  const bool is_stable = !type->generic || (m_bindings.empty() && m_parameters.empty());
  const auto known_before = m_anonymous_of.find({type, position});
  if (is_stable && known_before != m_anonymous_of.end()) {
    const auto& known = m_items[known_before->second];
    ask(known.questions);
    return reference(known.module, known.name);
  }
  auto shape = m_resolver.shape(type);
  if (!shape) {
    return approximate("an intersection that is no object");
  }
  if (shape->members.empty() && shape->index_value != nullptr && shape->calls.empty()) {
    return lower_record(shape->index_value, position, hint);
  }
  if (shape->members.empty() && !shape->is_rpc && shape->calls.empty() && shape->constructs.empty()) {
    return position == Position::raw_out ? "JsProxy" : "Any"; // {}
  }
  if (!shape->calls.empty() && shape->members.empty()) {
    PythonUnion calls;
    for (const auto* call : shape->calls) {
      calls.add(lower_function(*call, position));
    }
    return calls.text(PythonUnion::Any::keeps_none);
  }
  const bool plain = m_resolver.is_plain(type);
  const auto form = position == Position::raw_out  ? Form::raw
                    : position == Position::raw_in ? (plain ? Form::raw_options : Form::raw)
                    : position == Position::env_in
                        ? (plain ? Form::options : Form::raw)
                        : (plain || position == Position::env_top ? Form::env : Form::raw);
  Item item;
  item.form = form;
  item.module = form == Form::raw || form == Form::protocol ? Module::raw
                : form == Form::raw_options                 ? Module::raw_options
                : form == Form::env                         ? (m_ai ? Module::ai : Module::env)
                                                            : (m_ai ? Module::ai_options : Module::options);
  item.is_ai = m_ai;
  item.type = type;
  item.name = anonymous_name(hint);
  // Its parts belong to the same generic surroundings, but a class of its own cannot be generic over them.
  const auto parameters = std::exchange(m_parameters, {});
  const auto owner = std::exchange(m_owner, item.name);
  const auto shadowed = std::exchange(m_shadowed, {});
  const auto module = std::exchange(m_module, item.module);
  const auto* pass_through = std::exchange(m_pass_through, nullptr);
  static constexpr std::string_view placeholder = "__this_class__";
  const auto name = std::exchange(item.name, std::string(placeholder));
  auto* questions = std::exchange(m_questions, &item.questions);
  write_item(item);
  m_questions = questions;
  ask(item.questions);
  m_parameters = parameters;
  m_owner = owner;
  m_shadowed = shadowed;
  m_module = module;
  m_pass_through = pass_through;

  const auto key = std::string(module_name(item.module)) + "\n" + item.text;
  const auto also = shape->index_value != nullptr && is_in(position)
                        ? " | " + lower_record(shape->index_value, position, hint)
                        : std::string();
  const auto known = m_anonymous.find(key);
  if (known != m_anonymous.end()) {
    if (is_stable && also.empty()) {
      m_anonymous_of[{type, position}] = known->second;
    }
    return reference(item.module, m_items[known->second].name) + also;
  }
  auto unique = name;
  for (int count = 2; !m_names.insert(std::string(module_name(item.module)) + "." + unique).second; ++count) {
    unique = name + "_" + std::to_string(count);
  }
  m_anonymous.emplace(key, m_items.size());
  if (is_stable && also.empty()) {
    m_anonymous_of[{type, position}] = m_items.size();
  }
  item.name = unique;
  item.text = replace_all(std::move(item.text), placeholder, unique);
  m_items.push_back(std::move(item));
  return reference(m_items.back().module, unique) + also;
}

} // namespace pyw::typegen

// Object types as the names of their classes, one a form.
#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

std::string
Lowering::lower_symbol(const Symbol& symbol, const Type* type, Position position, std::string_view hint) {
  if (!symbol.is_type()) {
    return approximate("not a type: " + std::string(type->text));
  }
  if (symbol.qualified == "Cloudflare.Env") {
    return "Any"; // a project's own, which adds its bindings to it; unwrapped, it is not our `Env`
  }
  const bool plain = m_resolver.is_plain(symbol);
  const auto flattened = plain ? m_resolver.shape(type) : nullptr;
  if (flattened && flattened->members.empty() && flattened->index_value != nullptr) {
    return lower_record(flattened->index_value, position, hint);
  }
  // What the SDK makes its own objects of, and what it hands on untouched (rpc.py, utils.py).
  static const std::set<std::string_view> sdk{"Response", "Request", "FormData", "Blob", "File"};
  static const std::set<std::string_view> untouched{
      "ReadableStream", "URLSearchParams", "Headers", "WritableStream"};
  const bool is_global = symbol.scope == m_resolver.program().global;
  const bool is_stub = !plain && m_resolver.members_of(type)->is_rpc;
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
    if (const auto* made = class_of_init(symbol, *flattened)) {
      text += " | " + request(*made, Form::raw, {});
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
    if (plain || (m_part == Part::ai && is_data_class(symbol)) ||
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

const Symbol* Lowering::class_of_init(const Symbol& symbol, const Shape& init) {
  // `new Response(body, response)`: WebIDL names the options of a class so, and an object of it has them too.
  constexpr std::string_view suffix = "Init";
  const auto* global = m_resolver.program().global;
  if (symbol.scope != global || !symbol.name.ends_with(suffix)) {
    return nullptr;
  }
  const auto* made = global->find(symbol.name.substr(0, symbol.name.size() - suffix.size()));
  if (made == nullptr || made->bodies.empty() || m_resolver.is_plain(*made)) {
    return nullptr;
  }
  const auto shape = m_resolver.shape(
      m_resolver.make({.kind = TypeKind::reference, .text = made->name, .scope = made->scope}));
  bool shares = false;
  for (const auto& member : init.members) {
    const bool has = shape && shape->find(member.name) != nullptr;
    if (!has && !member.optional) {
      return nullptr;
    }
    shares = shares || has;
  }
  return shares ? made : nullptr;
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
  item.module = module_for(form);
  item.part = m_part;
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

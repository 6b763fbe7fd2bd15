// Names, requests and the run over everything requested.
#include <typegen/definition_order.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

constexpr std::size_t longest_suffix = 32;

/// What a class member may hide that type expressions use.
bool is_python_builtin(std::string_view name) {
  static const std::set<std::string_view> names{"str",
                                                "int",
                                                "float",
                                                "bool",
                                                "bytes",
                                                "list",
                                                "dict",
                                                "set",
                                                "tuple",
                                                "type",
                                                "object",
                                                "memoryview",
                                                "property"};
  return names.contains(name);
}

} // namespace

std::string Lowering::builtin(std::string_view name) const {
  return m_shadowed.contains(name) ? "builtins." + std::string(name) : std::string(name);
}

std::string Lowering::python_name(const Symbol& symbol) const {
  return to_identifier(symbol.qualified);
}

Module Lowering::module_for(Form form) const {
  switch (form) {
  case Form::raw:
  case Form::protocol:
    if (m_part == Part::bindings) {
      return Module::bindings;
    }
    return m_module == Module::env || m_module == Module::options || m_module == Module::raw_of_env
               ? Module::raw_of_env
               : Module::raw;
  case Form::raw_options:
    return m_part == Part::bindings ? Module::bindings_options : Module::raw_options;
  case Form::env:
    return m_part == Part::ai ? Module::ai : Module::env;
  default:
    return m_part == Part::ai ? Module::ai_options : Module::options;
  }
}

std::string Lowering::reference(Module module, std::string_view name) {
  if (module != m_module) {
    return std::string(module_name(module)) + "." + std::string(name);
  }
  // A member of the same name hides the class from here on; the module has a second name for it.
  return m_shadowed.contains(name) ? std::string(second_name) + std::string(name) : std::string(name);
}

std::string Lowering::parameter_name(const TypeParameter& parameter) const {
  if (const auto renamed = m_renamed.find(&parameter); renamed != m_renamed.end()) {
    return renamed->second;
  }
  const bool is_taken =
      m_resolver.program().global->find(parameter.name) != nullptr || is_python_builtin(parameter.name);
  return is_taken ? std::string(parameter.name) + "T" : std::string(parameter.name);
}

bool Lowering::is_monomorphic(const Symbol& symbol, Form form) {
  return form == Form::raw_options || form == Form::options ||
         (form == Form::env && m_resolver.is_plain(symbol));
}

/// Data that stays generic: what goes in through a class that is generic over the same (`Workflow`), and what
/// code names with a type of its own (`event: WorkflowEvent[Order]`).
bool Lowering::is_generic_data(const Symbol& symbol, Form form) {
  static const std::set<std::string_view> named{"CloudflareWorkersModule.WorkflowEvent",
                                                "CloudflareWorkersModule.WorkflowStepEvent"};
  const bool can_be = form == Form::env ? named.contains(symbol.qualified) : form == Form::options;
  if (!can_be || m_part == Part::ai) {
    return false;
  }
  const auto shape = kept_parameters(symbol).empty()
                         ? nullptr
                         : m_resolver.shape(m_resolver.make(
                               {.kind = TypeKind::reference, .text = symbol.name, .scope = symbol.scope}));
  return shape && std::all_of(shape->members.begin(), shape->members.end(), [](const ShapeMember& member) {
           return is_identifier(member.name) && !is_keyword(member.name); // else it is no class
         });
}

/// A parameter of the class that is being written.
bool Lowering::is_open(const Type* argument) {
  const auto* type = m_resolver.substitute(argument, m_bindings);
  return type->kind == TypeKind::parameter &&
         std::find(m_parameters.begin(), m_parameters.end(), type->parameter) != m_parameters.end();
}

bool Lowering::was_requested(const Symbol& symbol, Form form) {
  const bool was = m_requested.contains({&symbol, form});
  if (!was) {
    ask({{&symbol, form}});
  }
  return was;
}

void Lowering::ask(const std::vector<Question>& questions) {
  for (const auto& question : questions) {
    if (m_questions != nullptr &&
        std::find(m_questions->begin(), m_questions->end(), question) == m_questions->end()) {
      m_questions->push_back(question);
    }
  }
}

std::string Lowering::request(const Symbol& symbol, Form form, const std::vector<const Type*>& arguments) {
  m_requested.insert({&symbol, form});
  m_written.insert(&symbol);
  const bool is_data = is_monomorphic(symbol, form);
  bool is_generic = !is_data || is_generic_data(symbol, form);
  const bool is_open_here =
      is_data && is_generic &&
      std::any_of(arguments.begin(), arguments.end(), [&](const Type* each) { return is_open(each); });
  const bool is_dict = is_data && !is_open_here;
  std::string suffix;
  std::string arguments_key;
  std::vector<const Type*> bound_arguments;
  if (is_dict && !arguments.empty()) {
    // A class a set of arguments: `T | None` of data that is Any would ask for a check that pyright does not
    // follow through subscripts.
    const auto parameters = std::exchange(m_parameters, {});
    const auto position = form == Form::env       ? Position::env_nested
                          : form == Form::options ? Position::env_in
                                                  : Position::raw_in;
    const auto defaults = m_resolver.bind(Resolver::parameters_of(symbol), {});
    const auto given = m_resolver.bind(Resolver::parameters_of(symbol), arguments);
    for (std::size_t index = 0; index < given.size(); ++index) {
      const auto* argument = m_resolver.substitute(given[index].second, m_bindings);
      const auto text = lower(argument, position);
      const auto by_default = lower(defaults[index].second, position);
      // A record of anything says no more than Any, and would only keep code from naming the class.
      const bool says_nothing =
          text == "Any" || (by_default == "Any" && (text == "JsDict[Any]" || text == "Mapping[str, Any]"));
      bound_arguments.push_back(says_nothing ? defaults[index].second : argument);
      if (text != by_default && !says_nothing) {
        auto readable = replace_text(text);
        suffix += "_" + readable;
      }
    }
    m_parameters = parameters;
    is_generic = is_generic && suffix.empty();
    arguments_key = is_generic ? "" : "\n" + suffix;
    suffix = suffix.size() > longest_suffix ? "" : suffix; // a number tells them apart as well
  }
  const auto of_what =
      is_open_here ? type_arguments(symbol, arguments, inward(form)) : std::string(); // else its defaults
  auto key = std::tuple{&symbol, form, std::move(arguments_key)};
  const auto known = m_by_key.find(key);
  if (known != m_by_key.end()) {
    const auto& item = m_items[known->second];
    return reference(item.module, item.name) + of_what;
  }
  Item item;
  item.is_generic = is_generic;
  item.form = form;
  item.part = m_part;
  item.symbol = &symbol;
  item.module = module_for(form);
  Type type{.kind = TypeKind::reference, .text = symbol.name, .scope = symbol.scope};
  type.parts = item.is_generic ? std::vector<const Type*>{} : bound_arguments;
  if (item.is_generic) { // over its own parameters
    for (const auto* parameter : Resolver::parameters_of(symbol)) {
      type.parts.push_back(m_resolver.make(
          {.kind = TypeKind::parameter, .generic = true, .text = parameter->name, .parameter = parameter}));
      type.generic = true;
    }
  }
  item.type = m_resolver.make(std::move(type));
  item.name = python_name(symbol) + suffix + (form == Form::protocol ? "Like" : "");
  const auto base = item.name;
  for (int count = 2; !m_names.insert(std::string(module_name(item.module)) + "." + item.name).second;
       ++count) {
    item.name = base + "_" + std::to_string(count);
  }
  m_by_key.emplace(std::move(key), m_items.size());
  m_items.push_back(std::move(item));
  return reference(m_items.back().module, m_items.back().name) + of_what;
}

std::string Lowering::request_global(std::string_view name) {
  const auto* symbol = m_resolver.find(name, m_resolver.program().global);
  return symbol == nullptr || !symbol->is_type() ? "Any" : request(*symbol, Form::raw, {});
}

std::string Lowering::replace_text(std::string_view text) {
  // Literal["json"] -> json, _raw.Headers | None -> Headers_None
  std::string readable;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text.substr(index).starts_with("Literal[")) {
      index += 7;
    } else if (text[index] == '_' && text.substr(index + 1).find('.') != std::string_view::npos &&
               text.substr(index).find_first_of(" [,|") > text.substr(index).find('.')) {
      index += text.substr(index).find('.');
    } else if (std::isalnum(static_cast<unsigned char>(text[index])) != 0) {
      readable += text[index];
    } else if (!readable.empty() && readable.back() != '_') {
      readable += '_';
    }
  }
  while (readable.ends_with('_')) {
    readable.pop_back();
  }
  return readable;
}

void Lowering::write_requested() {
  while (write_next(m_items.size())) {
  }
}

bool Lowering::write_next(std::size_t at_most) {
  for (; at_most > 0 && m_next < m_items.size(); --at_most) {
    auto& item = m_items[m_next++]; // a deque: the reference stays while others are added
    if (item.text.empty() && item.symbol != nullptr) {
      m_owner = item.name;
      m_module = item.module;
      const auto part = std::exchange(m_part, item.part);
      m_questions = &item.questions;
      write_item(item);
      m_questions = nullptr;
      m_part = part;
    }
  }
  m_owner.clear();
  return m_next < m_items.size();
}

std::string Lowering::documentation(std::string_view comment, std::size_t indent) const {
  return m_options.documentation == Documentation::keep ? docstring(comment, indent) : std::string();
}

/// An anonymous class is written anew with what mentions it, which has asked all that it has asked.
void Lowering::forget(std::size_t index) {
  auto& item = m_items[index];
  m_names.erase(std::string(module_name(item.module)) + "." + item.name);
  std::erase_if(m_anonymous, [&](const auto& each) { return each.second == index; });
  std::erase_if(m_anonymous_of, [&](const auto& each) { return each.second == index; });
  item.name.clear();
}

void Lowering::restart() {
  for (std::size_t index = 0; index < m_items.size(); ++index) {
    auto& item = m_items[index];
    const bool is_stale = std::any_of(item.questions.begin(),
                                      item.questions.end(),
                                      [&](const Question& each) { return m_requested.contains(each); });
    if (is_stale) {
      item.text.clear();
      item.questions.clear();
      if (item.symbol == nullptr) {
        forget(index);
      }
    }
  }
  m_next = 0;
  m_part = Part::common;
  m_owner.clear();
}

// --- Which type parameters Python needs ---

bool Lowering::uses(const Type* type, const TypeParameter* parameter, int depth) {
  if (type == nullptr || !type->generic || depth > 12) {
    return false;
  }
  const auto any_part = [&] {
    return std::any_of(type->parts.begin(), type->parts.end(), [&](const Type* part) {
      return uses(part, parameter, depth + 1);
    });
  };
  const auto in_signature = [&](const Signature* signature) {
    return signature != nullptr &&
           (uses(signature->result, parameter, depth + 1) ||
            std::any_of(signature->parameters.begin(),
                        signature->parameters.end(),
                        [&](const Parameter& each) { return uses(each.type, parameter, depth + 1); }));
  };
  switch (type->kind) {
  case TypeKind::parameter:
    return type->parameter == parameter;
  case TypeKind::keys_of:
  case TypeKind::lookup:
  case TypeKind::conditional:
  case TypeKind::mapped:
    return false;
  case TypeKind::reference: {
    const auto* symbol = m_resolver.find(*type);
    if (symbol == nullptr) {
      return any_part();
    }
    if (!symbol->aliases.empty() && !m_resolver.is_object_alias(*symbol)) {
      const auto& alias = symbol->aliases.front();
      return uses(m_resolver.substitute(alias.type, m_resolver.bind(alias.type_parameters, type->parts)),
                  parameter,
                  depth + 1);
    }
    const auto kept = kept_parameters(*symbol);
    const auto& declared = Resolver::parameters_of(*symbol);
    for (std::size_t index = 0; index < type->parts.size() && index < declared.size(); ++index) {
      const bool is_kept = std::find(kept.begin(), kept.end(), declared[index]) != kept.end();
      if (is_kept && uses(type->parts[index], parameter, depth + 1)) {
        return true;
      }
    }
    return false;
  }
  case TypeKind::function:
  case TypeKind::constructor:
    return in_signature(type->signature);
  case TypeKind::object:
    return std::any_of(type->members.begin(), type->members.end(), [&](const Member& member) {
      return uses(member.type, parameter, depth + 1) || in_signature(member.signature);
    });
  default:
    return any_part();
  }
}

std::vector<const TypeParameter*> Lowering::kept_parameters(const Symbol& symbol) {
  const auto& declared = Resolver::parameters_of(symbol);
  if (declared.empty()) {
    return {};
  }
  auto [entry, is_new] = m_kept.try_emplace(&symbol, declared.size(), false);
  if (is_new) {
    for (std::size_t index = 0; index < declared.size(); ++index) {
      const auto* constraint = declared[index]->constraint;
      // `K extends string` is a string, and what RPC is generic over are classes of TypeScript code.
      const bool is_text = constraint != nullptr &&
                           (constraint->kind == TypeKind::keys_of || constraint->kind == TypeKind::primitive);
      const bool is_rpc = constraint != nullptr && constraint->kind == TypeKind::either &&
                          constraint->parts[0]->text.starts_with("Rpc.");
      bool used = false;
      for (const auto& body : symbol.bodies) {
        const auto* parameter = index < body.type_parameters.size() ? body.type_parameters[index] : nullptr;
        Type whole{.kind = TypeKind::object, .generic = true, .members = body.members};
        used = used || (parameter != nullptr && uses(&whole, parameter, 0)) ||
               std::any_of(body.heritage.begin(), body.heritage.end(), [&](const Type* base) {
                 return parameter != nullptr && uses(base, parameter, 1);
               });
      }
      for (const auto& alias : symbol.aliases) {
        used = used || uses(alias.type, declared[index], 0);
      }
      m_kept[&symbol][index] = used && !is_text && !is_rpc;
    }
  }
  std::vector<const TypeParameter*> kept;
  const auto& flags = m_kept[&symbol];
  for (std::size_t index = 0; index < declared.size(); ++index) {
    if (flags[index]) {
      kept.push_back(declared[index]);
    }
  }
  return kept;
}

Bindings Lowering::dropped_bindings(const Symbol& symbol) {
  const auto kept = kept_parameters(symbol);
  Bindings dropped;
  for (const auto& [parameter, value] : m_resolver.bind(Resolver::parameters_of(symbol), {})) {
    if (std::find(kept.begin(), kept.end(), parameter) == kept.end()) {
      dropped.emplace_back(parameter, value);
    }
  }
  return dropped;
}

std::string
Lowering::type_arguments(const Symbol& symbol, const std::vector<const Type*>& arguments, Position position) {
  const auto kept = kept_parameters(symbol);
  if (kept.empty() || arguments.empty()) {
    return {};
  }
  const auto& declared = Resolver::parameters_of(symbol);
  std::string text;
  for (std::size_t index = 0; index < declared.size() && index < arguments.size(); ++index) {
    if (std::find(kept.begin(), kept.end(), declared[index]) != kept.end()) {
      text += (text.empty() ? "" : ", ") + lower(arguments[index], position);
    }
  }
  return text.empty() ? "" : "[" + text + "]";
}

} // namespace pyw::typegen

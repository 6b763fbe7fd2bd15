// Methods and functions: overloads, options as dict and as keywords, keys spelled out.
#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>
#include <typegen/module_writer.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

/// Whether a type parameter stands in what a caller must be able to tell apart: the result, or what a
/// function that goes in is given.
bool decides(const Type* type, const TypeParameter* parameter, bool in_callback, int depth) {
  if (type == nullptr || !type->generic || depth > 10) {
    return false;
  }
  if (type->kind == TypeKind::parameter) {
    return in_callback && type->parameter == parameter;
  }
  const bool callback =
      in_callback || type->kind == TypeKind::function || type->text.starts_with("EventListener");
  if (type->signature != nullptr) {
    for (const auto& each : type->signature->parameters) {
      if (decides(each.type, parameter, true, depth + 1)) {
        return true;
      }
    }
  }
  return std::any_of(type->parts.begin(), type->parts.end(), [&](const Type* part) {
    return decides(part, parameter, callback, depth + 1);
  });
}

/// A name, which no other name stands for as well.
bool is_one_type(std::string_view type) {
  return type.find('|') == std::string_view::npos && type.find('[') == std::string_view::npos;
}

/// `Literal["…"]` of one value: of the AI models' methods, dozens of overloads differ in that.
bool is_one_literal(std::string_view type) {
  return type.starts_with("Literal[") && type.find_first_of(",|") == std::string_view::npos;
}

std::string safe_parameter(std::string_view name) {
  return is_identifier(name) ? attribute_name(name) : to_identifier(name);
}

} // namespace

struct Lowering::PythonSignature {
  std::vector<std::string> parameters; ///< "name: type" or "name: type = …", positional only
  std::string rest;                    ///< "*name: type"
  std::string keywords;                ///< "**kwargs: Unpack[…]"
  std::string result;
  std::string generics; ///< "[T]"
  bool is_async = false;

  [[nodiscard]] std::string key() const { return join(parameters, ",") + rest + keywords; }
};

bool Lowering::accepts_all_of(const PythonSignature& first, const PythonSignature& second) {
  if (first.rest != second.rest || first.keywords != second.keywords || !first.generics.empty() ||
      first.parameters.size() != second.parameters.size()) {
    return first.rest == second.rest && first.keywords == second.keywords &&
           first.parameters == second.parameters;
  }
  for (std::size_t index = 0; index < first.parameters.size(); ++index) {
    // "name: A | B = ...": the same or more arms, and as optional.
    const auto parse = [](std::string_view parameter) {
      const bool optional = parameter.ends_with(" = ...");
      parameter.remove_suffix(optional ? 6 : 0);
      return std::pair{parameter.substr(parameter.find(": ") + 2), optional};
    };
    const auto [wide, wide_optional] = parse(first.parameters[index]);
    const auto [narrow, narrow_optional] = parse(second.parameters[index]);
    if (narrow_optional && !wide_optional) {
      return false;
    }
    if (wide == narrow) { // most of them
      continue;
    }
    if ((is_one_type(wide) && is_one_type(narrow) && wide != "Any") ||
        (is_one_literal(wide) && is_one_literal(narrow))) {
      return false;
    }
    PythonUnion both;
    both.add(wide);
    both.add(narrow);
    PythonUnion one;
    one.add(wide);
    if (both.text(PythonUnion::Any::keeps_none) != one.text(PythonUnion::Any::keeps_none)) {
      return false;
    }
  }
  return true;
}

std::vector<const Signature*> Lowering::expand_keys(const Signature* signature) {
  for (const auto* parameter : signature->type_parameters) {
    const auto* constraint = m_resolver.substitute(parameter->constraint, m_bindings);
    if (constraint == nullptr || constraint->kind != TypeKind::keys_of) {
      continue;
    }
    const auto keys = m_resolver.keys_of(constraint->parts[0]);
    if (!keys || keys->empty()) {
      return {m_resolver.substitute(signature, {{parameter, m_resolver.primitive("string")}})};
    }
    bool matters = decides(signature->result, parameter, true, 0);
    for (const auto& each : signature->parameters) {
      matters = matters || decides(each.type, parameter, false, 0);
    }
    if (!matters) { // the keys as one literal; what depends on the key is left open
      Signature open = *signature;
      for (auto& each : open.parameters) {
        const bool is_key = each.type != nullptr && each.type->kind == TypeKind::parameter;
        // `Models[Name]["inputs"] & { stream: true }`: with Any for the one nothing but `stream` would fit.
        const bool narrows = each.type != nullptr && each.type->kind == TypeKind::both;
        each.type =
            is_key ? m_resolver.expand(constraint)
                   : m_resolver.substitute(each.type,
                                           {{parameter, narrows ? constraint : m_resolver.primitive("any")}});
      }
      return {m_resolver.program().arena->make(std::move(open))};
    }
    std::vector<const Signature*> expanded;
    for (const auto key : *keys) {
      expanded.push_back(m_resolver.substitute(signature, {{parameter, m_resolver.text_literal(key)}}));
    }
    return expanded;
  }
  return {signature};
}

std::string Lowering::generic_clause(const std::vector<const TypeParameter*>& parameters, Form form) {
  std::string text;
  for (const auto* parameter : parameters) {
    text += (text.empty() ? "[" : ", ") + parameter_name(*parameter);
    const auto* constraint =
        parameter->constraint == nullptr ? nullptr : m_resolver.expand(parameter->constraint);
    if (constraint != nullptr && constraint->kind != TypeKind::primitive &&
        constraint->kind != TypeKind::array) {
      const auto bound = lower(constraint, inward(form));
      if (bound != "Any") {
        text += ": " + bound;
      }
    }
  }
  return text.empty() ? "" : text + "]";
}

const Type* Lowering::type_in(const Parameter& parameter) {
  // Options that can be left out as a whole have a default for each: a switch that is off. TextDecoder's are
  // declared as if both had to be given.
  if (!parameter.optional || parameter.type == nullptr) {
    return parameter.type;
  }
  const auto* type = m_resolver.substitute(parameter.type, m_bindings);
  const auto shape = m_resolver.is_plain(type) ? m_resolver.shape(type) : nullptr;
  const auto is_required = [](const ShapeMember& each) { return !each.optional && !each.sometimes; };
  if (!shape || std::none_of(shape->members.begin(), shape->members.end(), is_required)) {
    return parameter.type;
  }
  const bool only_switches =
      std::all_of(shape->members.begin(), shape->members.end(), [&](const ShapeMember& each) {
        const auto* value = is_required(each) ? m_resolver.expand(each.type) : nullptr;
        return value == nullptr || (value->kind == TypeKind::primitive && value->text == "boolean");
      });
  return only_switches ? m_resolver.make({.kind = TypeKind::reference,
                                          .generic = type->generic,
                                          .text = "Partial",
                                          .parts = {type}})
                       : parameter.type;
}

std::optional<Lowering::Record> Lowering::record_of(const Parameter& parameter, Position position) {
  std::vector<const Type*> found;
  const Type* open = nullptr;
  for (const auto* arm : m_resolver.arms(m_resolver.substitute(type_in(parameter), m_bindings))) {
    const auto shape = m_resolver.is_plain(arm) ? m_resolver.shape(arm) : nullptr;
    if (shape && !shape->members.empty()) {
      found.push_back(arm);
    } else if (shape && shape->index_value != nullptr) {
      open = shape->index_value;
    }
  }
  if (found.empty()) {
    return open == nullptr ? std::nullopt : std::optional(Record{{}, lower(open, position), false});
  }
  const auto* whole = found.size() == 1 ? found.front() : m_resolver.combined(TypeKind::either, found);
  const auto shape = m_resolver.shape(whole);
  auto text = lower(whole, position, parameter.name);
  text = text.substr(0, text.find(" | "));
  const auto* symbol = whole->kind == TypeKind::reference ? m_resolver.find(*whole) : nullptr;
  const bool is_generic =
      position == Position::env_in && symbol != nullptr && is_generic_data(*symbol, Form::options);
  if (!shape || (text.find('[') != std::string::npos && !is_generic) || text == "Any") {
    return std::nullopt;
  }
  return Record{std::move(text),
                {},
                std::all_of(shape->members.begin(), shape->members.end(), [](const ShapeMember& each) {
                  return each.optional || each.sometimes;
                })};
}

void Lowering::lower_signature(const Signature& signature,
                               const Method& method,
                               Form form,
                               std::vector<PythonSignature>& overloads,
                               const std::set<const TypeParameter*>& not_generic) {
  const auto position = inward(form);
  // Generic in Python is what ties an argument to the result; all else is what it defaults to.
  std::vector<const TypeParameter*> generic;
  for (const auto* parameter : signature.type_parameters) {
    const bool is_list =
        parameter->constraint != nullptr && m_resolver.expand(parameter->constraint)->kind == TypeKind::array;
    const bool goes_in =
        std::any_of(signature.parameters.begin(), signature.parameters.end(), [&](const Parameter& each) {
          return !each.optional && uses(each.type, parameter, 0);
        });
    if (goes_in && !is_list && uses(signature.result, parameter, 0) && !not_generic.contains(parameter)) {
      const bool hides =
          std::any_of(m_parameters.begin(), m_parameters.end(), [&](const TypeParameter* outer) {
            return outer->name == parameter->name;
          });
      if (hides) {
        m_renamed[parameter] = parameter_name(*parameter) + "New";
      }
      generic.push_back(parameter);
    }
  }
  const auto outer = m_parameters;
  m_parameters.insert(m_parameters.end(), generic.begin(), generic.end());

  PythonSignature base;
  base.generics = generic_clause(generic, form);
  const auto* result = signature.result == nullptr ? nullptr : m_resolver.expand(signature.result);
  if (!method.result.empty()) {
    base.result = method.result;
  } else if (form == Form::env && result != nullptr && result->kind == TypeKind::reference &&
             result->text == "Promise" && m_resolver.find(*result) == nullptr && !result->parts.empty() &&
             m_pass_through == nullptr) {
    base.is_async = true;
    base.result = lower(result->parts[0], Position::env_top, method.name);
  } else {
    base.result = lower(result, m_pass_through != nullptr ? Position::raw_out : outward(form), method.name);
  }
  const auto into = m_pass_through != nullptr ? Position::raw_in : position;

  std::vector<std::pair<std::size_t, Record>> records; // by parameter
  std::set<std::string> names;
  for (std::size_t index = 0; index < signature.parameters.size(); ++index) {
    const auto& parameter = signature.parameters[index];
    auto name = safe_parameter(parameter.name);
    name = names.insert(name).second ? name : name + "_";
    if (parameter.rest) {
      const auto* list = m_resolver.expand(m_resolver.substitute(parameter.type, m_bindings));
      base.rest =
          "*" + name + ": " +
          (list->kind == TypeKind::array ? lower(list->parts[0], into, parameter.name) : std::string("Any"));
      break;
    }
    auto type = lower(type_in(parameter), into, parameter.name);
    if (parameter.optional || type.find('|') != std::string::npos) {
      PythonUnion with_none;
      with_none.add(type);
      if (parameter.optional) {
        with_none.add("None");
      }
      type = with_none.text(PythonUnion::Any::absorbs);
    }
    base.parameters.push_back(name + ": " + type + (parameter.optional ? " = ..." : ""));
  }
  // Keywords become an object, the last argument given: it can be any parameter behind which none is
  // required.
  for (auto index = signature.parameters.size(); index-- > 0 && !signature.parameters[index].rest;) {
    // A record of any keys would take every wrong call, were there nothing before it.
    auto record = record_of(signature.parameters[index], into);
    if (record && (index > 0 || !record->dict.empty())) {
      records.emplace_back(index, std::move(*record));
    }
    if (!signature.parameters[index].optional) {
      break;
    }
  }
  m_parameters = outer;

  // A parameter that what goes in, or what comes out, does not mention after all ties nothing together.
  if (!generic.empty()) {
    const auto given = identifiers_in(base.result);
    const auto mentioned = identifiers_in(join(base.parameters, ", ") + ", " + base.rest);
    auto excluded = not_generic;
    for (const auto* parameter : generic) {
      const auto name = parameter_name(*parameter);
      if (!mentioned.contains(name) || !given.contains(name)) {
        excluded.insert(parameter);
      }
    }
    if (excluded.size() > not_generic.size()) {
      lower_signature(signature, method, form, overloads, excluded);
      return;
    }
  }

  const auto with_keywords = [&](std::size_t parameters, const Record& record) {
    PythonSignature variant = base;
    variant.parameters.resize(parameters);
    variant.keywords = std::string(names.contains("kwargs") ? "**kwargs_: " : "**kwargs: ") +
                       (record.dict.empty() ? record.any_key : "Unpack[" + record.dict + "]");
    return variant;
  };
  std::set<std::string> dicts;
  const bool ends_in_record = !records.empty() && records.front().first + 1 == signature.parameters.size();
  if (ends_in_record && signature.parameters.back().optional && records.front().second.all_optional) {
    overloads.push_back(
        with_keywords(base.parameters.size(), records.front().second)); // one for both: no call is wrong
    dicts.insert(records.front().second.dict);
    records.erase(records.begin());
  } else {
    overloads.push_back(base);
  }
  for (const auto& [index, record] : records) {
    // The same keywords again say nothing new, and what ties generics together is not among keywords.
    if (dicts.insert(record.dict + record.any_key).second && base.generics.empty()) {
      overloads.push_back(with_keywords(index, record));
    }
  }
}

std::string Lowering::write_overload(const PythonSignature& overload,
                                     const Method& method,
                                     std::size_t indent,
                                     bool is_overload,
                                     std::string_view doc) {
  const std::string margin(indent, ' ');
  std::string text;
  text += is_overload ? margin + "@overload\n" : "";
  text += method.self == "cls" ? margin + "@classmethod\n" : "";
  text += margin + (overload.is_async ? "async def " : "def ") + attribute_name(method.name) +
          overload.generics + "(";
  std::vector<std::string> parts;
  if (!method.self.empty()) {
    parts.emplace_back(method.self);
  }
  parts.insert(parts.end(), overload.parameters.begin(), overload.parameters.end());
  if (!overload.parameters.empty() || (!overload.keywords.empty() && !parts.empty())) {
    parts.emplace_back("/"); // JavaScript has no names for arguments: keywords become an object
  }
  if (!overload.rest.empty()) {
    parts.push_back(overload.rest);
  }
  if (!overload.keywords.empty()) {
    parts.push_back(overload.keywords);
  }
  text += join(parts, ", ") + ") -> " + overload.result + ":";
  const auto doc_text = documentation(doc, indent + 4);
  return text + (doc_text.empty() ? " ...\n" : "\n" + doc_text);
}

std::string Lowering::write_method(const Method& method, Form form, std::size_t indent) {
  std::vector<PythonSignature> overloads;
  for (const auto* signature : method.signatures) {
    // One overload a key, and those that differ in nothing but the key together.
    std::vector<std::vector<PythonSignature>> by_key;
    std::vector<std::string> literals;
    const auto expanded = expand_keys(signature);
    for (const auto* each : expanded) {
      std::vector<PythonSignature> lowered;
      lower_signature(*each, method, form, lowered);
      if (expanded.size() > 1 && !lowered.empty() && !lowered.front().parameters.empty()) {
        auto& first = lowered.front().parameters.front();
        const auto colon = first.find(": ");
        const auto literal = first.substr(colon + 2);
        for (auto& one : lowered) {
          one.parameters.front() = first.substr(0, colon + 2) + "\x01";
        }
        const auto same =
            std::find_if(by_key.begin(), by_key.end(), [&](const std::vector<PythonSignature>& known) {
              return known.size() == lowered.size() &&
                     std::equal(
                         known.begin(), known.end(), lowered.begin(), [](const auto& a, const auto& b) {
                           return a.key() == b.key() && a.result == b.result;
                         });
            });
        if (same != by_key.end()) {
          PythonUnion merged;
          auto& known = literals[static_cast<std::size_t>(same - by_key.begin())];
          merged.add(known);
          merged.add(literal);
          known = merged.text(PythonUnion::Any::absorbs);
          continue;
        }
        literals.push_back(literal);
      }
      by_key.push_back(std::move(lowered));
    }
    for (std::size_t index = 0; index < by_key.size(); ++index) {
      for (auto& one : by_key[index]) {
        if (index < literals.size()) {
          one.parameters.front() = replace_all(one.parameters.front(), "\x01", literals[index]);
        }
        overloads.push_back(std::move(one));
      }
    }
  }
  // What an earlier overload accepts in the same words is never reached.
  std::vector<PythonSignature> distinct;
  for (auto& overload : overloads) {
    if (std::none_of(distinct.begin(), distinct.end(), [&](const PythonSignature& known) {
          return accepts_all_of(known, overload);
        })) {
      distinct.push_back(std::move(overload));
    }
  }
  std::string text;
  for (std::size_t index = 0; index < distinct.size(); ++index) {
    text +=
        write_overload(distinct[index], method, indent, distinct.size() > 1, index == 0 ? method.doc : "");
  }
  return text;
}

} // namespace pyw::typegen

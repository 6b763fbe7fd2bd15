#include <base/text.hpp>
#include <typegen/python_annotations.hpp>
#include <typegen/python_source.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace pyw::typegen {

namespace {

/// What a stub can name without an import of the project's own modules.
bool is_known(std::string_view name) {
  static const std::set<std::string_view> known{
      "Any",   "None",     "str",      "int",     "float",      "bool",     "bytes",   "list",
      "dict",  "tuple",    "set",      "object",  "memoryview", "datetime", "Literal", "Optional",
      "Union", "Iterable", "Sequence", "Mapping", "List",       "Dict",     "True",    "False"};
  return known.contains(name) || (name.front() >= '0' && name.front() <= '9');
}

/// With the names that a stub imports: `datetime.datetime` -> `datetime`.
std::string with_plain_names(std::string_view annotation) {
  return replace_all(replace_all(std::string(annotation), "datetime.datetime", "datetime"), "typing.", "");
}

/// `NotRequired[int]` -> `int`, when it is that.
std::optional<std::string_view> inside_of(std::string_view type, std::string_view generic) {
  const bool fits =
      type.starts_with(generic) && type.substr(generic.size()).starts_with('[') && type.ends_with(']');
  return fits ? std::optional(trim(type.substr(generic.size() + 1, type.size() - generic.size() - 2)))
              : std::nullopt;
}

/// What may be a TypedDict of the files.
struct Candidate {
  bool is_total = true;
  std::vector<std::string> bases = {}; ///< other than TypedDict itself, as written
  bool is_dict = false;                ///< it, or what it is derived from, is
  std::vector<std::string> parameters = {};
  std::vector<std::pair<std::string, std::string>> fields = {}; ///< name and annotation
};

bool names_typed_dict(std::string_view name) {
  return name == "TypedDict" || name.ends_with(".TypedDict");
}

/// `total=False`
void read_keyword(std::string_view text, Candidate& found) {
  found.is_total = text.starts_with("total") ? text.find("False") == std::string_view::npos : found.is_total;
}

Candidate read_class(const ClassSource& source) {
  Candidate found;
  for (const auto& parameter : source.parameters) { // `T: str = str`
    found.parameters.push_back(parameter.substr(0, end_of_word(parameter, 0)));
  }
  for (const auto& base : source.bases) {
    const auto plain = with_plain_names(base);
    const auto parameters = inside_of(plain, "Generic");
    if (names_typed_dict(base)) {
      found.is_dict = true;
    } else if (base.starts_with("total")) {
      read_keyword(base, found);
    } else if (parameters) {
      found.parameters = split_arguments(*parameters);
    } else {
      found.bases.push_back(base);
    }
  }
  for (const auto statement : source.statements) {
    const auto line = first_statement(statement);
    const auto colon = line.find(':');
    const auto name = trim(std::string_view(line).substr(0, colon));
    if (colon != std::string::npos && is_identifier(name)) {
      found.fields.emplace_back(name, line.substr(colon + 1));
    }
  }
  return found;
}

/// `TypedDict("Order", {"id": str, "from": str}, total=False)`
std::optional<Candidate> read_call(const CallSource& call) {
  if (!names_typed_dict(call.function) || call.arguments.size() < 2 || !call.arguments[1].starts_with('{') ||
      !call.arguments[1].ends_with('}')) {
    return std::nullopt;
  }
  Candidate found;
  found.is_dict = true;
  const auto& dict = call.arguments[1];
  for (const auto& field : split_arguments(std::string_view(dict).substr(1, dict.size() - 2))) {
    const auto colon = skip_string(field, 0);
    const auto rest = trim(std::string_view(field).substr(std::min(colon, field.size())));
    if ((field.front() != '"' && field.front() != '\'') || !rest.starts_with(':')) {
      return std::nullopt; // `**others`
    }
    found.fields.emplace_back(field.substr(1, colon - 2), rest.substr(1));
  }
  for (const auto& keyword : call.arguments) {
    read_keyword(keyword, found);
  }
  return found;
}

using Candidates = std::map<std::string, Candidate, std::less<>>;

std::string_view name_of_base(std::string_view base) {
  return trim(base.substr(0, base.find('[')));
}

/// Whether it is one, with all that it is derived from.
bool is_typed_dict(const Candidate& candidate, const Candidates& all, int depth = 0) {
  constexpr int deepest = 20; // classes that are their own ancestors
  const auto base_is = [&](std::string_view base) {
    const auto found = all.find(name_of_base(base));
    return found != all.end() && is_typed_dict(found->second, all, depth + 1);
  };
  const auto is_name = [](std::string_view name) { return is_identifier(name); };
  return depth < deepest && (candidate.is_dict || !candidate.bases.empty()) &&
         std::all_of(candidate.parameters.begin(), candidate.parameters.end(), is_name) &&
         std::all_of(candidate.bases.begin(), candidate.bases.end(), base_is);
}

/// What the parameters of a generic base stand for: `Page[Order]`, where `Page` is generic over T.
std::map<std::string_view, std::string> arguments_of(std::string_view base,
                                                     const Candidate& generic,
                                                     const RecordBook& records,
                                                     const std::vector<std::string>& outer) {
  const auto open = base.find('[');
  const bool has_any = open != std::string_view::npos && base.ends_with(']');
  const auto given =
      has_any ? split_arguments(base.substr(open + 1, base.size() - open - 2)) : std::vector<std::string>{};
  std::map<std::string_view, std::string> values;
  for (std::size_t index = 0; index < generic.parameters.size(); ++index) {
    values.emplace(generic.parameters[index],
                   index < given.size() ? annotated_type(given[index], records, outer) : "Any");
  }
  return values;
}

void add_keys(const Candidate& candidate,
              const Candidates& all,
              const RecordBook& records,
              std::vector<RecordKey>& keys) {
  const auto add = [&](RecordKey key) {
    std::erase_if(keys, [&](const RecordKey& each) { return each.name == key.name; });
    keys.push_back(std::move(key));
  };
  for (const auto& base : candidate.bases) {
    const auto& generic = all.find(name_of_base(base))->second;
    const auto values = arguments_of(base, generic, records, candidate.parameters);
    std::vector<RecordKey> inherited;
    add_keys(generic, all, records, inherited);
    for (auto& key : inherited) {
      key.type = with_names(key.type, values);
      add(std::move(key));
    }
  }
  for (const auto& [name, annotation] : candidate.fields) {
    RecordKey key{name, {}, candidate.is_total};
    const auto plain = with_plain_names(without_quotes(annotation));
    std::string_view type = plain;
    for (bool is_wrapped = true; std::exchange(is_wrapped, false);) {
      for (const std::string_view wrapper : {"Required", "NotRequired", "ReadOnly"}) {
        if (const auto inner = inside_of(type, wrapper)) {
          key.required = wrapper == "ReadOnly" ? key.required : wrapper == "Required";
          type = *inner;
          is_wrapped = true;
        }
      }
    }
    key.type = annotated_type(type, records, candidate.parameters);
    add(std::move(key));
  }
}

} // namespace

std::string_view without_quotes(std::string_view annotation) {
  annotation = trim(annotation);
  const bool is_quoted = annotation.size() > 1 && (annotation.front() == '"' || annotation.front() == '\'') &&
                         annotation.find(annotation.front(), 1) == annotation.size() - 1;
  return is_quoted ? annotation.substr(1, annotation.size() - 2) : annotation;
}

std::string with_names(std::string_view python, const std::map<std::string_view, std::string>& names) {
  std::string out;
  std::size_t copied = 0;
  std::size_t index = 0;
  for (auto word = next_word(python, index); !word.empty(); word = next_word(python, index)) {
    if (const auto found = names.find(word); found != names.end()) {
      out += python.substr(copied, index - word.size() - copied);
      out += found->second;
      copied = index;
    }
  }
  return out + std::string(python.substr(copied));
}

std::string annotated_type(std::string_view written,
                           const RecordBook& records,
                           const std::vector<std::string>& parameters) {
  const auto plain = with_plain_names(without_quotes(written));
  const std::string_view annotation = plain;
  if (annotation.find_first_of("'\"") != std::string_view::npos &&
      annotation.find("Literal[") == std::string_view::npos) {
    return "Any"; // a name that is only written later
  }
  std::map<std::string_view, std::string> names;
  std::size_t index = 0;
  for (auto word = next_word(annotation, index); !word.empty(); word = next_word(annotation, index)) {
    const bool has_part = index < annotation.size() && annotation[index] == '.';
    const bool is_parameter = std::find(parameters.begin(), parameters.end(), word) != parameters.end();
    if ((is_known(word) || is_parameter) && !has_part) {
      continue;
    }
    auto record = has_part ? std::string() : records.find(word);
    if (record.empty()) {
      return "Any";
    }
    const auto open = annotation.find_first_not_of(' ', index);
    const auto* found = records.record(record);
    if (!found->parameters.empty() && (open == std::string_view::npos || annotation[open] != '[')) {
      record += "[" + join(std::vector<std::string>(found->parameters.size(), "Any"), ", ") + "]";
    }
    const auto [known, is_new] = names.emplace(word, record);
    if (!is_new && known->second != record) {
      return "Any"; // `Page | Page[int]`
    }
  }
  return with_names(annotation, names);
}

void add_python_records(const std::vector<std::string_view>& sources, RecordBook& records) {
  Candidates candidates;
  for (const auto source : sources) {
    for (const auto& each : python_class_sources(source)) {
      candidates.emplace(each.name, read_class(each));
    }
    for (const auto& each : python_call_sources(source)) {
      if (auto candidate = read_call(each)) {
        candidates.emplace(each.name, std::move(*candidate));
      }
    }
  }
  std::erase_if(candidates,
                [all = candidates](const auto& each) { return !is_typed_dict(each.second, all); });
  for (const auto& [name, candidate] : candidates) {
    records.set_parameters(records.add(name), candidate.parameters);
  }
  for (const auto& [name, candidate] : candidates) {
    std::vector<RecordKey> keys;
    add_keys(candidate, candidates, records, keys);
    records.set_keys(records.find(name), std::move(keys));
  }
}

} // namespace pyw::typegen

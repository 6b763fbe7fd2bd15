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

/// A class of the files that may be a TypedDict.
struct Candidate {
  ClassSource source;
  bool is_total = true;
  std::vector<std::string_view> bases = {}; ///< other than TypedDict itself
  bool is_dict = false;                     ///< it, or what it is derived from, is
};

Candidate read_candidate(ClassSource source) {
  Candidate found{std::move(source)};
  for (const std::string_view base : found.source.bases) {
    if (base == "TypedDict" || base.ends_with(".TypedDict")) {
      found.is_dict = true;
    } else if (base.starts_with("total")) {
      found.is_total = base.find("False") == std::string_view::npos;
    } else {
      found.bases.push_back(base);
    }
  }
  return found;
}

using Candidates = std::map<std::string_view, Candidate>;

/// Whether it is one, with all that it is derived from.
bool is_typed_dict(const Candidate& candidate, const Candidates& all, int depth = 0) {
  constexpr int deepest = 20; // classes that are their own ancestors
  const auto base_is = [&](std::string_view base) {
    const auto found = all.find(base);
    return found != all.end() && is_typed_dict(found->second, all, depth + 1);
  };
  return depth < deepest && (candidate.is_dict || !candidate.bases.empty()) &&
         std::all_of(candidate.bases.begin(), candidate.bases.end(), base_is);
}

void add_keys(const Candidate& candidate,
              const Candidates& all,
              const RecordBook& records,
              std::vector<RecordKey>& keys) {
  for (const auto base : candidate.bases) {
    add_keys(all.at(base), all, records, keys);
  }
  for (const auto statement : candidate.source.statements) {
    const auto text = first_statement(statement);
    const std::string_view line = text;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_identifier(trim(line.substr(0, colon)))) {
      continue;
    }
    RecordKey key{std::string(trim(line.substr(0, colon))), {}, candidate.is_total};
    const auto plain = with_plain_names(without_quotes(line.substr(colon + 1)));
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
    key.type = annotated_type(type, records);
    std::erase_if(keys, [&](const RecordKey& each) { return each.name == key.name; });
    keys.push_back(std::move(key));
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

std::string annotated_type(std::string_view written, const RecordBook& records) {
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
    if (is_known(word) && !has_part) {
      continue;
    }
    auto record = has_part ? std::string() : records.find(word);
    if (record.empty()) {
      return "Any";
    }
    names.emplace(word, std::move(record));
  }
  return with_names(annotation, names);
}

void add_python_records(const std::vector<std::string_view>& sources, RecordBook& records) {
  Candidates candidates;
  for (const auto source : sources) {
    for (auto& each : python_class_sources(source)) {
      auto candidate = read_candidate(std::move(each));
      candidates.emplace(candidate.source.name, std::move(candidate));
    }
  }
  std::erase_if(candidates,
                [all = candidates](const auto& each) { return !is_typed_dict(each.second, all); });
  for (const auto& [name, candidate] : candidates) {
    records.add(name);
  }
  for (const auto& [name, candidate] : candidates) {
    std::vector<RecordKey> keys;
    add_keys(candidate, candidates, records, keys);
    records.set_keys(records.find(name), std::move(keys));
  }
}

} // namespace pyw::typegen

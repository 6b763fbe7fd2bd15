#include <base/text.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/python_text.hpp>
#include <typegen/records.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace pyw::typegen {

namespace {

bool can_be_attribute(const RecordKey& key) {
  return is_identifier(key.name) && !is_keyword(key.name) && !key.name.starts_with("__");
}

std::string_view ending_of(RecordKind kind) {
  return kind == RecordKind::given ? "Dict" : "Result";
}

std::string type_of_result(const RecordKey& key) {
  PythonUnion type;
  type.add(key.type);
  if (!key.required) {
    type.add("None");
  }
  return type.text(PythonUnion::Any::absorbs);
}

/// A dict whose keys are known, and are its attributes too.
std::string write_result(const Record& record) {
  std::set<std::string, std::less<>> mentioned;
  std::vector<std::pair<std::string, std::vector<std::string>>> by_type; // one overload a type, not one a key
  for (const auto& key : record.keys) {
    const auto type = type_of_result(key);
    mentioned.merge(identifiers_in(type));
    const auto known =
        std::find_if(by_type.begin(), by_type.end(), [&](const auto& each) { return each.first == type; });
    if (known == by_type.end()) {
      by_type.push_back({type, {quote(key.name)}});
    } else {
      known->second.push_back(quote(key.name));
    }
  }
  std::string body;
  std::string open; // an attribute would hide what the types of others name
  for (const auto& key : record.keys) {
    if (mentioned.contains(key.name)) {
      open = "    def __getattr__(self, name: str, /) -> Any: ...\n";
    } else if (can_be_attribute(key) && !is_attribute_of_dict(key.name)) {
      body += "    " + key.name + ": " + type_of_result(key) + "\n";
    }
  }
  constexpr std::string_view ignore = "  # type: ignore[override]"; // other keys are mistakes
  for (const auto& [type, keys] : by_type) {
    const auto mark = std::string(&type == &by_type.front().first ? ignore : std::string_view{});
    const auto line =
        "    def __getitem__(self, key: Literal[" + join(keys, ", ") + "], /) -> " + type + ": ...";
    body += by_type.size() > 1 ? "    @overload" + mark + "\n" + line + "\n" : line + mark + "\n";
  }
  return "class " + record.name + "(JsObject):\n" + body + open;
}

} // namespace

RecordBook::RecordBook(std::string_view worker)
    : m_prefix("_" + (worker.empty() ? std::string() : to_identifier(worker) + "_")) {}

std::string RecordBook::find(std::string_view name, RecordKind kind) const {
  const auto known = m_names.find({kind, std::string(name)});
  return known == m_names.end() ? std::string() : known->second;
}

const Record* RecordBook::record(std::string_view stub_name) const {
  const auto found = std::find_if(
      m_records.begin(), m_records.end(), [&](const Record& each) { return each.name == stub_name; });
  return found == m_records.end() ? nullptr : &*found;
}

std::string RecordBook::base_name(std::string_view hint, RecordKind kind) const {
  return m_prefix + to_identifier(hint) + std::string(ending_of(kind));
}

std::string RecordBook::free_name(std::string_view hint, RecordKind kind) const {
  const auto base = base_name(hint, kind);
  auto stub_name = base;
  for (int count = 2; record(stub_name) != nullptr; ++count) {
    stub_name = base + std::to_string(count);
  }
  return stub_name;
}

std::string RecordBook::add(std::string_view name, RecordKind kind) {
  auto stub_name = free_name(name, kind);
  m_names.emplace(std::pair{kind, std::string(name)}, stub_name);
  m_records.push_back({stub_name, {}, kind});
  return stub_name;
}

void RecordBook::set_parameters(std::string_view stub_name, std::vector<std::string> parameters) {
  for (auto& each : m_records) {
    if (each.name == stub_name) {
      each.parameters = std::move(parameters);
    }
  }
}

void RecordBook::set_keys(std::string_view stub_name, std::vector<RecordKey> keys) {
  for (auto& each : m_records) {
    if (each.name == stub_name) {
      each.keys = std::move(keys);
    }
  }
}

std::string RecordBook::add_unnamed(std::string_view hint, std::vector<RecordKey> keys, RecordKind kind) {
  hint = hint.empty() ? "object" : hint;
  const auto base = base_name(hint, kind);
  const auto same = std::find_if(m_records.begin(), m_records.end(), [&](const Record& each) {
    return each.name.starts_with(base) && each.keys == keys;
  });
  if (same != m_records.end()) {
    return same->name;
  }
  m_records.push_back({free_name(hint, kind), std::move(keys), kind});
  return m_records.back().name;
}

std::string write_record(const Record& record) {
  if (record.kind == RecordKind::result) {
    return write_result(record);
  }
  const bool is_class = std::all_of(record.keys.begin(), record.keys.end(), can_be_attribute);
  std::string body;
  for (const auto& key : record.keys) {
    const auto read_only = "ReadOnly[" + key.type + "]";
    const auto type = key.required ? read_only : "NotRequired[" + read_only + "]";
    body += "    " + (is_class ? key.name + ": " + type : quote(key.name) + ": " + type + ",") + "\n";
  }
  const auto generic = record.parameters.empty() ? std::string() : "[" + join(record.parameters, ", ") + "]";
  return is_class ? "class " + record.name + generic + "(TypedDict):\n" + (body.empty() ? "    ...\n" : body)
                  : record.name + " = TypedDict(" + quote(record.name) + ", {\n" + body + "})\n";
}

bool can_be_keywords(const Record& record) {
  return !record.keys.empty() &&
         std::all_of(record.keys.begin(), record.keys.end(), [](const RecordKey& key) {
           return can_be_attribute(key) && key.name != "self";
         });
}

} // namespace pyw::typegen

#include <base/text.hpp>
#include <typegen/python_text.hpp>
#include <typegen/records.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

bool can_be_attribute(const RecordKey& key) {
  return is_identifier(key.name) && !is_keyword(key.name) && !key.name.starts_with("__");
}

} // namespace

RecordBook::RecordBook(std::string_view worker)
    : m_prefix("_" + (worker.empty() ? std::string() : to_identifier(worker) + "_")) {}

std::string RecordBook::find(std::string_view name) const {
  const auto known = m_names.find(name);
  return known == m_names.end() ? std::string() : known->second;
}

const Record* RecordBook::record(std::string_view stub_name) const {
  const auto found = std::find_if(
      m_records.begin(), m_records.end(), [&](const Record& each) { return each.name == stub_name; });
  return found == m_records.end() ? nullptr : &*found;
}

std::string RecordBook::add(std::string_view name) {
  const auto base = m_prefix + to_identifier(name) + "Dict";
  auto stub_name = base;
  for (int count = 2; record(stub_name) != nullptr; ++count) {
    stub_name = base + std::to_string(count);
  }
  m_names.emplace(name, stub_name);
  m_records.push_back({stub_name});
  return stub_name;
}

void RecordBook::set_keys(std::string_view stub_name, std::vector<RecordKey> keys) {
  for (auto& each : m_records) {
    if (each.name == stub_name) {
      each.keys = std::move(keys);
    }
  }
}

std::string RecordBook::add_unnamed(std::string_view hint, std::vector<RecordKey> keys) {
  const auto base = m_prefix + to_identifier(hint.empty() ? "object" : hint) + "Dict";
  const auto same = std::find_if(m_records.begin(), m_records.end(), [&](const Record& each) {
    return each.name.starts_with(base) && each.keys == keys;
  });
  if (same != m_records.end()) {
    return same->name;
  }
  auto stub_name = base;
  for (int count = 2; record(stub_name) != nullptr; ++count) {
    stub_name = base + std::to_string(count);
  }
  m_records.push_back({stub_name, std::move(keys)});
  return stub_name;
}

std::string write_record(const Record& record) {
  const bool is_class = std::all_of(record.keys.begin(), record.keys.end(), can_be_attribute);
  std::string body;
  for (const auto& key : record.keys) {
    const auto read_only = "ReadOnly[" + key.type + "]";
    const auto type = key.required ? read_only : "NotRequired[" + read_only + "]";
    body += "    " + (is_class ? key.name + ": " + type : quote(key.name) + ": " + type + ",") + "\n";
  }
  return is_class ? "class " + record.name + "(TypedDict):\n" + (body.empty() ? "    ...\n" : body)
                  : record.name + " = TypedDict(" + quote(record.name) + ", {\n" + body + "})\n";
}

bool can_be_keywords(const Record& record) {
  return !record.keys.empty() &&
         std::all_of(record.keys.begin(), record.keys.end(), [](const RecordKey& key) {
           return can_be_attribute(key) && key.name != "self";
         });
}

} // namespace pyw::typegen

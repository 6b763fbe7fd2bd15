#include <config/value.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace pyw::config {

namespace {

// 2^53: beyond it, not every whole number is a double, and JavaScript's numbers are doubles.
constexpr double largest_exact = 9007199254740992.0;

} // namespace

Value::Value(double number) : m_kind(Kind::floating), m_floating(number) {
  if (std::trunc(number) == number && std::abs(number) <= largest_exact) {
    m_kind = Kind::integer;
    m_integer = static_cast<std::int64_t>(number);
  }
}

Value Value::make_array() {
  Value value;
  value.m_kind = Kind::array;
  return value;
}

Value Value::make_table() {
  Value value;
  value.m_kind = Kind::table;
  return value;
}

const TableEntry* Value::find_entry(std::string_view key) const {
  const auto found =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const auto& entry) { return entry.key == key; });
  return found == m_entries.end() ? nullptr : &*found;
}

const Value* Value::find(std::string_view key) const {
  const auto* entry = find_entry(key);
  return entry == nullptr ? nullptr : &entry->value;
}

void Value::set(std::string key, Value value, Place key_place) {
  for (auto& entry : m_entries) {
    if (entry.key == key) {
      entry.value = std::move(value);
      entry.key_place = key_place;
      return;
    }
  }
  m_entries.push_back({std::move(key), key_place, std::move(value)});
}

bool Value::operator==(const Value& other) const {
  return m_kind == other.m_kind && m_integer == other.m_integer && m_floating == other.m_floating &&
         m_text == other.m_text && m_items == other.m_items &&
         std::equal(
             m_entries.begin(),
             m_entries.end(),
             other.m_entries.begin(),
             other.m_entries.end(),
             [](const auto& one, const auto& two) { return one.key == two.key && one.value == two.value; });
}

std::string_view describe(Value::Kind kind) {
  switch (kind) {
  case Value::Kind::null:
    return "null";
  case Value::Kind::boolean:
    return "a boolean";
  case Value::Kind::integer:
  case Value::Kind::floating:
    return "a number";
  case Value::Kind::string:
    return "a string";
  case Value::Kind::date_time:
    return "a date";
  case Value::Kind::array:
    return "an array";
  case Value::Kind::table:
    return "a table";
  }
  return "";
}

nlohmann::ordered_json to_json(const Value& value) {
  switch (value.kind()) {
  case Value::Kind::null:
    return nullptr;
  case Value::Kind::boolean:
    return value.boolean();
  case Value::Kind::integer:
    return value.integer();
  case Value::Kind::floating:
    return value.number(); // nlohmann writes infinities and NaN as null
  case Value::Kind::string:
  case Value::Kind::date_time:
    return value.text();
  case Value::Kind::array: {
    auto array = nlohmann::ordered_json::array();
    for (const auto& item : value.items()) {
      array.push_back(to_json(item));
    }
    return array;
  }
  case Value::Kind::table: {
    auto object = nlohmann::ordered_json::object();
    for (const auto& entry : value.entries()) {
      object[entry.key] = to_json(entry.value);
    }
    return object;
  }
  }
  return nullptr;
}

std::string to_json_text(const Value& value) {
  return to_json(value).dump();
}

} // namespace pyw::config

// One tree for TOML and JSON: every value and every key knows its place, tables keep the file's order.
#pragma once

#include <config/place.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::config {

struct TableEntry;

/// A JSON value (and TOML's dates, as text). Numbers that are whole and exactly representable are `integer`
/// even when written 3.0, as JavaScript has it.
class Value {
public:
  enum class Kind { null, boolean, integer, floating, string, date_time, array, table };

  Value() = default;

  explicit Value(bool boolean) : m_kind(Kind::boolean), m_integer(boolean ? 1 : 0) {}

  explicit Value(std::int64_t integer) : m_kind(Kind::integer), m_integer(integer) {}

  explicit Value(double number);

  explicit Value(std::string text, Kind kind = Kind::string) : m_kind(kind), m_text(std::move(text)) {}

  [[nodiscard]] static Value make_array();
  [[nodiscard]] static Value make_table();

  [[nodiscard]] Kind kind() const { return m_kind; }

  [[nodiscard]] bool is(Kind kind) const { return m_kind == kind; }

  [[nodiscard]] bool is_number() const { return m_kind == Kind::integer || m_kind == Kind::floating; }

  // The content; what is asked for must be what kind() says.
  [[nodiscard]] bool boolean() const { return m_integer != 0; }

  [[nodiscard]] std::int64_t integer() const { return m_integer; }

  [[nodiscard]] double number() const {
    return is(Kind::integer) ? static_cast<double>(m_integer) : m_floating;
  }

  [[nodiscard]] const std::string& text() const { return m_text; } ///< of a string or date_time

  [[nodiscard]] const std::vector<Value>& items() const { return m_items; }

  [[nodiscard]] const std::vector<TableEntry>& entries() const { return m_entries; }

  [[nodiscard]] std::vector<Value>& items() { return m_items; }

  [[nodiscard]] std::vector<TableEntry>& entries() { return m_entries; }

  /// The value of a table's key; nullptr when it has none, and when this is no table.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] const TableEntry* find_entry(std::string_view key) const;
  /// Sets a table's key: in its old position when it is there already, else at the end.
  void set(std::string key, Value value, Place key_place = {});

  /// Where the value stands; of a table in TOML, its header.
  Place place = {};

  /// The same content; places do not count.
  bool operator==(const Value& other) const;

private:
  Kind m_kind = Kind::null;
  std::int64_t m_integer = 0;
  double m_floating = 0;
  std::string m_text;
  std::vector<Value> m_items;
  std::vector<TableEntry> m_entries;
};

struct TableEntry {
  std::string key;
  Place key_place = {};
  Value value = {};
};

/// "a string", "a table", …: for messages.
[[nodiscard]] std::string_view describe(Value::Kind kind);

/// As JSON, in the same order; dates become strings, infinities null (as JSON.stringify has it).
[[nodiscard]] nlohmann::ordered_json to_json(const Value& value);

/// Compact JSON text, without blanks.
[[nodiscard]] std::string to_json_text(const Value& value);

} // namespace pyw::config

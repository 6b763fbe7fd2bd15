// What a configured value may look like: rows of data. The parser's type checks, the unknown-key warnings
// with their suggestions, and `pyw config --schema` all read the same rows.
#pragma once

#include <base/error.hpp>
#include <config/value.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pyw::config {

struct Shape;

enum class Presence { optional, required };

/// How an environment (`[env.X]`) gets a top-level key that it does not set itself, as wrangler has it.
enum class Inheritance {
  inheritable,     ///< takes the top level's
  not_inheritable, ///< has none; wrangler warns
  top_level_only,  ///< cannot be set in an environment
};

/// One key of a table.
struct Key {
  std::string_view name = {};
  const Shape* shape = nullptr;
  std::string_view doc = {}; ///< one sentence, no full stop
  Presence presence = Presence::optional;
  Inheritance inheritance = Inheritance::inheritable; ///< only of the top level's keys
};

/// What is wrong with a value of the right type.
struct Complaint {
  std::string message; ///< after "`key` "
  std::string hint = {};
  Severity severity = Severity::error;
};

using Check = std::optional<Complaint> (*)(const Value&);

/// A value's shape. `wanted` names it in messages ("a string").
struct Shape {
  enum class Type { anything, boolean, number, integer, text, list, table, map, either };

  Type type = Type::anything;
  std::string_view wanted = {};
  std::span<const Key> keys = {};                  ///< table
  const Shape* item = nullptr;                     ///< of list, and of map's values
  std::span<const std::string_view> choices = {};  ///< text
  std::span<const Shape* const> alternatives = {}; ///< either: the first one of the value's type counts
  std::string_view pattern = {};   ///< text: ECMAScript regular expression, for the JSON Schema
  double least = 0;                ///< number, integer
  std::optional<double> most = {}; ///< number, integer
  bool open = false;               ///< table: other keys are allowed
  Check check = nullptr;
};

namespace schema {

inline constexpr Shape anything{.type = Shape::Type::anything, .wanted = "anything"};
inline constexpr Shape boolean{.type = Shape::Type::boolean, .wanted = "a boolean"};
inline constexpr Shape number{.type = Shape::Type::number, .wanted = "a number"};
inline constexpr Shape integer{.type = Shape::Type::integer, .wanted = "a whole number"};
inline constexpr Shape text{.type = Shape::Type::text, .wanted = "a string"};
inline constexpr Shape text_list{.type = Shape::Type::list, .wanted = "an array of strings", .item = &text};
inline constexpr Shape text_map{.type = Shape::Type::map, .wanted = "a table of strings", .item = &text};
inline constexpr Shape any_table{.type = Shape::Type::table, .wanted = "a table", .open = true};

/// A table that has exactly these keys.
[[nodiscard]] constexpr Shape table_of(std::span<const Key> keys) {
  return {.type = Shape::Type::table, .wanted = "a table", .keys = keys};
}

/// An array of such tables.
[[nodiscard]] constexpr Shape list_of(const Shape& item) {
  return {.type = Shape::Type::list, .wanted = "an array of tables", .item = &item};
}

/// One of these words.
[[nodiscard]] constexpr Shape one_of(std::span<const std::string_view> choices) {
  return {.type = Shape::Type::text, .wanted = "a string", .choices = choices};
}

} // namespace schema

} // namespace pyw::config

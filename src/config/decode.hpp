// From the resolved table to the typed Project. Tolerant: what has the wrong type has been reported by then
// (config/validate.hpp) and is left out, so that the checks that follow can still find more.
#pragma once

#include <config/project.hpp>

namespace pyw::config {

/// Fills everything that `project.resolved` says.
void decode_project(Project& project);

/// The bindings' part of it (decode_bindings.cpp).
void decode_bindings(Project& project);

/// What the Worker's own code is called for (decode_classes.cpp): Durable Objects and their migrations,
/// exports, workflows, queues.
void decode_classes(Project& project);

// --- Reading one table ---

[[nodiscard]] OptionalText text_of(const Value& table, std::string_view key);
/// "" when absent.
[[nodiscard]] std::string text_or_empty(const Value& table, std::string_view key);
[[nodiscard]] std::optional<Located<std::string>> located_text(const Value& table, std::string_view key);
[[nodiscard]] OptionalNumber number_of(const Value& table, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> integer_of(const Value& table, std::string_view key);
[[nodiscard]] std::optional<bool> boolean_of(const Value& table, std::string_view key);
/// The strings of an array; empty when absent.
[[nodiscard]] std::vector<std::string> texts_of(const Value& table, std::string_view key);
/// The tables of an array; empty when absent.
[[nodiscard]] std::vector<const Value*> tables_of(const Value& table, std::string_view key);

/// Where the value of a key stands; the table's place when it has none.
[[nodiscard]] Place place_of(const Value& table, std::string_view key);
/// `remote`, which is off when absent.
[[nodiscard]] bool is_remote(const Value& table);
[[nodiscard]] std::optional<Value> copy_of(const Value& table, std::string_view key);

} // namespace pyw::config

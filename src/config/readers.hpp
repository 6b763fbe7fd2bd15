// TOML and JSON into one tree. Both readers report what is wrong to `findings` and never throw.
#pragma once

#include <config/findings.hpp>
#include <config/value.hpp>

#include <cstdint>
#include <optional>

namespace pyw::config {

/// Reads the source `file` of `findings` as JSON with comments and trailing commas. nullopt after an error;
/// the root is always a table. A key given twice is an error.
[[nodiscard]] std::optional<Value> read_json(std::uint32_t file, Findings& findings);

/// Reads the source `file` of `findings` as TOML 1.0, with the inline tables of TOML 1.1. nullopt after an
/// error. A number that is too large is infinite in the tree.
[[nodiscard]] std::optional<Value> read_toml(std::uint32_t file, Findings& findings);

} // namespace pyw::config

// Where keys stand in a TOML text. toml11 3.7.1 tells where values are; the keys are read off the text around
// them, which the parser has found to be right.
#pragma once

#include <config/source_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::config {

/// The last part of the key of `key = value`, where the value starts at `value_offset`. Length 0 when there
/// is none.
[[nodiscard]] Span key_before(std::string_view text, std::size_t value_offset);

/// The parts of a dotted key that starts at `offset`, quotes included in the spans.
[[nodiscard]] std::vector<Span> key_parts(std::string_view text, std::size_t offset);

/// Whether nothing but blanks stands before `offset` on its line.
[[nodiscard]] bool starts_line(std::string_view text, std::size_t offset);

/// A problem that toml11 found, in our words.
struct TomlProblem {
  Span span;
  std::string message;
  std::string hint = {};
};

/// Reads toml11's report (its message, then the source lines with `^---` below) and explains it.
[[nodiscard]] TomlProblem explain_toml_error(std::string_view report, std::string_view text);

} // namespace pyw::config

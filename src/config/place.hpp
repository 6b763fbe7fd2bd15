// Where a configured value stands, so that checks made long after the parsing can still point at it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace pyw::config {

/// A stretch of one line in one of the project's source files (Project::sources). Lines and columns count
/// from 1, columns in bytes; a default-made Place is nowhere (a default, a command line option).
struct Place {
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t file = nowhere; ///< index into Project::sources
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1; ///< bytes to underline

  [[nodiscard]] bool known() const { return file != nowhere; }

  bool operator==(const Place&) const = default;
};

/// A value and where it was written.
template <typename T>
struct Located {
  T value = {};
  Place place = {};

  bool operator==(const Located&) const = default;
};

/// Line `line` (from 1) of a text, without its line ending; empty when there is none.
[[nodiscard]] std::string_view line_of(std::string_view text, std::uint32_t line);

/// A file that configuration was read from.
struct SourceFile {
  std::string display_path; ///< as diagnostics show it: relative to the folder that pyw was started in
  std::string text;         ///< empty for files that hold secrets: no line of theirs is ever shown
};

} // namespace pyw::config

// Small text functions that the standard library lacks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyw {

/// Without ASCII white space at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The parts between separators; "a,,b" has three, "" has one. Views into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// The runs of non-blanks.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

[[nodiscard]] std::string replace_all(std::string text, std::string_view what, std::string_view with);

/// ASCII only: the names we compare (headers, keys) are ASCII.
[[nodiscard]] std::string to_lower(std::string_view text);

/// "1 package", "2 packages".
[[nodiscard]] std::string counted(std::size_t count, std::string_view singular, std::string_view plural);

/// "812 B", "3.4 KiB", "11.5 MiB": 1024-based, one decimal from KiB on.
[[nodiscard]] std::string human_size(std::size_t bytes);

/// Like git's abbreviations: `text` as one POSIX shell word, quoted only when it must be.
[[nodiscard]] std::string shell_quote(std::string_view text);

/// The line number, column (both from 1, column in bytes) and text of the line that byte `offset` lies in.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string_view line_text;
};

[[nodiscard]] TextPosition position_at(std::string_view text, std::size_t offset);

} // namespace pyw

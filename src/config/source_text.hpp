// What no configuration file may hold, whatever its language: checked before any parser sees the bytes,
// because the parsers' own answers to them differ (toml11 3.7.1 takes some, and recurses without bound).
#pragma once

#include <config/findings.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pyw::config {

/// Bytes; a configuration of a megabyte is a mistake.
inline constexpr std::size_t largest_source = 1024 * 1024;

/// How deep arrays and tables may lie in each other. wrangler's own keys need seven.
inline constexpr std::size_t deepest_nesting = 64;

/// The text without its byte order mark.
[[nodiscard]] std::string without_byte_order_mark(std::string text);

enum class SourceLanguage { json, toml };

/// Whether the text can go to a parser: not too large, valid UTF-8 (RFC 3629), no NUL, no brackets nested
/// deeper than deepest_nesting, in TOML no dotted key of more parts than that. Reports the first thing that
/// is not so.
[[nodiscard]] bool check_source(std::uint32_t file, SourceLanguage language, Findings& findings);

/// The offset after the string whose quote stands at `at`: in TOML '…', "…" and their triple forms, in JSON
/// "…". A string that is not closed ends with its line, a triple one with the text.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at, SourceLanguage language);

/// TOML 1.1, which wrangler and uv take, lets an inline table go over several lines, with comments and a
/// trailing comma; toml11 3.7.1 reads TOML 1.0. The same text with these blanked, so that every offset stays
/// (lines do not).
[[nodiscard]] std::string join_inline_tables(std::string_view text);

/// The offset of the first byte that is not valid UTF-8 (RFC 3629: shortest form, no surrogates, up to
/// U+10FFFF); npos when all is.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// A stretch of a text, in bytes.
struct Span {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// Turns offsets of a text into places; lines are counted once.
class LineIndex {
public:
  LineIndex(std::string_view text, std::uint32_t file);
  /// The place of `length` bytes at `offset`, cut at the end of the line.
  [[nodiscard]] Place place(std::size_t offset, std::size_t length = 1) const;
  /// The offset of a line and column; both from 1.
  [[nodiscard]] std::size_t offset(std::size_t line, std::size_t column) const;

private:
  std::string_view m_text;
  std::uint32_t m_file;
  std::vector<std::size_t> m_starts;
};

} // namespace pyw::config

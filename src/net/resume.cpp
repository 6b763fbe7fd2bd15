#include <base/text.hpp>
#include <net/resume.hpp>

#include <fmt/core.h>

#include <charconv>

namespace pyw::net {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Content-Range: "bytes FIRST-LAST/TOTAL", "bytes FIRST-LAST/*" or "bytes */TOTAL" (RFC 9110 14.4).
struct ContentRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> total;
};

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trim(text);
  if (!to_lower(text).starts_with("bytes ")) {
    return std::nullopt;
  }
  text = trim(text.substr(6));
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  ContentRange range;
  range.first = parse_number(text.substr(0, std::min(text.find('-'), slash)));
  range.total = parse_number(text.substr(slash + 1));
  return range;
}

} // namespace

std::string to_text(const PartialRecord& record) {
  return fmt::format("{}\n{}\n", record.validator, record.total);
}

std::optional<PartialRecord> parse_partial_record(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != 3 || lines[0].empty() || !lines[2].empty()) {
    return std::nullopt;
  }
  const auto total = parse_number(lines[1]);
  if (!total) {
    return std::nullopt;
  }
  return PartialRecord{std::string(lines[0]), *total};
}

std::optional<PartialRecord> record_of(const HttpResponse& response) {
  PartialRecord record;
  record.validator = response.header("ETag");
  if (record.validator.starts_with("W/")) {
    record.validator.clear(); // a weak one says nothing about bytes
  }
  if (record.validator.empty()) {
    record.validator = response.header("Last-Modified");
  }
  const auto encoding = to_lower(response.header("Content-Encoding"));
  if (record.validator.empty() || (!encoding.empty() && encoding != "identity")) {
    return std::nullopt;
  }
  record.total = parse_number(response.header("Content-Length")).value_or(0);
  return record;
}

Continuation
continuation(const HttpResponse& response, std::uint64_t have, const std::optional<PartialRecord>& record) {
  const auto range = parse_content_range(response.header("Content-Range"));
  const auto known_total = record ? record->total : 0;
  switch (response.status) {
  case 200:
    return Continuation::restart;
  case 206: {
    const bool fits = have > 0 && range && range->first == have &&
                      (known_total == 0 || !range->total || *range->total == known_total);
    return fits ? Continuation::append : Continuation::again;
  }
  case 416:
    if (have == 0) {
      return Continuation::refused;
    }
    return range && range->total == have ? Continuation::whole : Continuation::again;
  default:
    return Continuation::refused;
  }
}

} // namespace pyw::net

// Which bytes of a download are here already, and whether the server's answer continues them. No I/O.
#pragma once

#include <base/http.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::net {

/// What is remembered beside a partial file, so that it is never continued with another file's bytes.
struct PartialRecord {
  std::string validator;   ///< a strong ETag or Last-Modified, for If-Range (RFC 9110 13.1.5); never empty
  std::uint64_t total = 0; ///< size of the whole, 0 when unknown

  bool operator==(const PartialRecord&) const = default;
};

/// Two lines of text; nullopt when they are not that.
[[nodiscard]] std::string to_text(const PartialRecord& record);
[[nodiscard]] std::optional<PartialRecord> parse_partial_record(std::string_view text);

/// The record of an answer that starts a file, or nullopt when it cannot be continued later (no validator
/// that is strong, or the body is in an encoding of its own).
[[nodiscard]] std::optional<PartialRecord> record_of(const HttpResponse& response);

enum class Continuation {
  append,  ///< the body goes on where the partial file ends
  restart, ///< the body is the whole file
  whole,   ///< the partial file is all there is
  again,   ///< the answer fits nothing: ask once more without a range
  refused, ///< an error status
};

/// What to do with an answer when `have` bytes are here (0: no range was asked for).
[[nodiscard]] Continuation
continuation(const HttpResponse& response, std::uint64_t have, const std::optional<PartialRecord>& record);

} // namespace pyw::net

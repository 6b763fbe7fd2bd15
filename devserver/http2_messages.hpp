// HTTP/2's messages as HTTP/1.1's and back (RFC 9113, 8.3 and 8.2). No I/O.
#pragma once

#include <devserver/request_record.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::devserver {

/// A request's head as HTTP/1.1 has it.
struct Http1Head {
  std::string bytes;    ///< with the empty line that ends it
  bool chunked = false; ///< its body, which follows, is sent in chunks
  bool to_head = false; ///< the answer will have no body
};

/// Whether a body follows the head.
enum class HasBody { no, yes };

/// `fields` with the pseudo fields (`:method`, `:path`, `:authority` …) in front, names in lower case.
/// nullopt for what HTTP/1.1 cannot say safely: a pseudo field missing or twice, CONNECT, and bytes in names
/// or values that would end a line.
[[nodiscard]] std::optional<Http1Head> http1_head(const HeaderFields& fields, HasBody has_body);

/// A piece of a body in chunked coding (RFC 9112, 7.1); `piece` is not empty.
[[nodiscard]] std::string chunk_of(std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// The fields of an answer without those that mean the connection; names in lower case.
[[nodiscard]] HeaderFields http2_fields(const HeaderFields& http1);

} // namespace pyw::devserver

// URLs as messages show them, and relative links.
#pragma once

#include <string>
#include <string_view>

namespace pyw::net {

/// The URL without what may be secret: user and password are left out, a query becomes `?…`.
[[nodiscard]] std::string redacted(std::string_view url);

/// "host:port" or "host" of a URL, without user and password; empty when there is none.
[[nodiscard]] std::string host_of(std::string_view url);

/// What a link on the page at `base` points to (RFC 3986 5.2, without `.` and `..` in absolute paths).
[[nodiscard]] std::string resolve_link(std::string_view base, std::string_view link);

/// `url` with the user and password that `base` has, if both are of one scheme and host and `url` has none:
/// how pip and uv treat the links of an index that wants a password.
[[nodiscard]] std::string with_credentials_of(std::string_view base, std::string_view url);

} // namespace pyw::net

// Percent-encoding (RFC 3986, 2.1): bytes that a place does not take become %XX, in upper case.
#pragma once

#include <string>
#include <string_view>

namespace pyw {

/// RFC 3986, 2.3, beside letters and digits.
inline constexpr std::string_view unreserved_signs = "-._~";

/// What encodeURIComponent keeps beside letters and digits (ECMA-262, 19.2.6.4).
inline constexpr std::string_view uri_component_signs = "-_.!~*'()";

/// Keeps ASCII letters, digits and the bytes in `kept`.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view kept = unreserved_signs);

} // namespace pyw

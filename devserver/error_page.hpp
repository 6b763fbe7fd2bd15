// The answer to a request that no Worker can take, or that ended in an exception.
#pragma once

#include <devserver/traffic.hpp>

#include <string>
#include <string_view>

namespace pyw::devserver {

/// On an answer of the runtime: the Worker raised an exception, whose traceback is the body. The value is the
/// request's name (CF-Ray). guest/front.js sets it.
inline constexpr const char* exception_field = "X-Pyw-Exception";

/// The page's number for the failure because of which no Worker runs (ErrorAnswer::failure).
inline constexpr std::string_view start_failure = "start";

/// An HTML page that shows the text as it is (escaped) and goes away by itself: it is loaded again when the
/// Worker is back. pages/error.js adds the code, the locals and the request, where pyw knows them.
[[nodiscard]] std::string error_page(const ErrorAnswer& answer);

[[nodiscard]] std::string escape_html(std::string_view text);

/// The last line that is not empty: of a traceback, what happened.
[[nodiscard]] std::string last_line(std::string_view text);

} // namespace pyw::devserver

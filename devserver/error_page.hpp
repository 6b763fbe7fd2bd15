// The answer to a request that no Worker can take.
#pragma once

#include <devserver/proxy.hpp>

#include <string>
#include <string_view>

namespace pyw::devserver {

/// A small HTML page that shows the text as it is (escaped) and loads itself again when the Worker is back.
[[nodiscard]] std::string error_page(const ErrorAnswer& answer);

[[nodiscard]] std::string escape_html(std::string_view text);

} // namespace pyw::devserver

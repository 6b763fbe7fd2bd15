// The API described for tools: OpenAPI 3.0.3, made from the table of operations, so that it has all of them.
#pragma once

#include <string>

namespace pyw::edge {

/// JSON.
[[nodiscard]] const std::string& openapi_text();

} // namespace pyw::edge

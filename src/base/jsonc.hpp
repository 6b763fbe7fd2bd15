// JSON with comments and trailing commas, as wrangler.jsonc and .vscode files use it.
#pragma once

#include <string>
#include <string_view>

namespace pyw {

/// The same text with `// …`, `/* … */` and trailing commas replaced by blanks: every offset, line and
/// column stays what it was, so that a JSON parser's positions point into the original.
/// An unterminated comment is left as it is, for the parser to complain about.
[[nodiscard]] std::string blank_jsonc(std::string_view text);

} // namespace pyw

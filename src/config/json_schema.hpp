// The configuration's JSON Schema (draft 7), made from the rows that the parser uses (config/schema.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace pyw::config {

/// For `"$schema"` in wrangler.jsonc, and for editors' TOML extensions.
[[nodiscard]] nlohmann::ordered_json json_schema();

} // namespace pyw::config

// JSON as a value of the configuration.
#pragma once

#include <base/json.hpp>
#include <config/value.hpp>

namespace pyw::edge {

/// null becomes an empty value.
[[nodiscard]] config::Value value_of(const Json& json);

} // namespace pyw::edge

// Holds a tree against the schema: types, required keys, unknown keys.
#pragma once

#include <config/findings.hpp>
#include <config/schema.hpp>
#include <config/value.hpp>

#include <string>

namespace pyw::config {

/// How errors count. What is wrong in an environment that is not used must not stop the others.
enum class Strictness { errors, warnings };

/// Checks the table of the top level, or of one environment (`prefix` "env.staging"): every key that is known
/// has its type, every other key is a warning.
void validate_configuration(const Value& table,
                            const std::string& prefix,
                            Strictness strictness,
                            Findings& findings);

/// The JSON type as messages call it: "a string".
[[nodiscard]] std::string_view article_of(const Value& value);

} // namespace pyw::config

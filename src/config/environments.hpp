// Environments: one table of settings out of the top level and, when one was chosen, `[env.X]`.
#pragma once

#include <config/findings.hpp>
#include <config/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::config {

/// The names under `env`, in the file's order.
[[nodiscard]] std::vector<std::string> environment_names(const Value& root);

/// The configuration of the top level (nullopt) or of an environment, without `env` and `$schema`:
/// inheritable keys come from the top level when the environment does not set them, the others do not, with a
/// warning. The name of an environment without one is `top-env`. An unknown environment is an error; the top
/// level is returned then.
[[nodiscard]] Value
resolve_environment(const Value& root, const std::optional<std::string>& environment, Findings& findings);

} // namespace pyw::config

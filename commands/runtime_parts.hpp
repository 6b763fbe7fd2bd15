// The toolchain's parts as the runtime wants them.
#pragma once

#include <base/world.hpp>
#include <config/project.hpp>
#include <runtime/parts.hpp>
#include <toolchain/tree_record.hpp>

#include <optional>

namespace pyw::commands {

/// Fetches what is missing. Fails for Python 3.12, with the place that chose it, and as toolchain::ensure
/// does.
[[nodiscard]] Result<runtime::RuntimeParts> runtime_parts(
    const config::Project& project, World& world, toolchain::CheckDepth depth = toolchain::CheckDepth::sizes);

/// Those that need no Python: for the local data, and for a Worker in JavaScript.
[[nodiscard]] Result<runtime::RuntimeParts> store_parts(
    const config::Project& project, World& world, toolchain::CheckDepth depth = toolchain::CheckDepth::sizes);

/// What is installed already, for checks that are not worth a download: workerd and Pyodide for the project's
/// Python, not the simulated services. nullopt where one is missing or damaged.
[[nodiscard]] std::optional<runtime::RuntimeParts> parts_at_hand(const config::Project& project,
                                                                 World& world);

} // namespace pyw::commands

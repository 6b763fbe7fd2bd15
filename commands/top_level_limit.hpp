// How long a Worker's top level may run when pyw runs it to see whether it does.
#pragma once

#include <base/environment.hpp>
#include <base/result.hpp>

#include <chrono>

namespace pyw::commands {

/// $PYW_TOP_LEVEL_TIMEOUT, in seconds with decimals ("2.5"); else that of snapshot/build.hpp. Fails where it
/// is no number above 0.
[[nodiscard]] Result<std::chrono::milliseconds> top_level_limit(const Environment& environment);

} // namespace pyw::commands

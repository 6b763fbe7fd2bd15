// Cron expressions as the platform reads them
// (developers.cloudflare.com/workers/configuration/cron-triggers): minute, hour, day of the month, month, day
// of the week (1 is Sunday), in UTC; `*`, lists, ranges, steps, names, `L`, `W` and `#`.
#pragma once

#include <base/result.hpp>

#include <chrono>
#include <string_view>

namespace pyw::edge {

/// Whether the expression names the minute. Pure. Fails for what is no expression.
[[nodiscard]] Result<bool> cron_matches(std::string_view expression, std::chrono::sys_seconds minute);

} // namespace pyw::edge

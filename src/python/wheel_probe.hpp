// When a package has no fitting wheel: what does exist? Asked of uv itself, so that the user's indexes and
// their logins count.
#pragma once

#include <base/world.hpp>
#include <python/explain.hpp>
#include <python/sync_plan.hpp>

namespace pyw::python {

/// Looks for another version of `package` for this Python, and for another Python. Finds nothing rather than
/// fail.
[[nodiscard]] WheelFindings probe_wheels(
    World& world, const SyncPlan& plan, const Path& uv, const std::string& package, ExtraIndex extra);

} // namespace pyw::python

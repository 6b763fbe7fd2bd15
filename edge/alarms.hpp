// When something of a Worker comes due while it does not run: alarms of its Durable Objects, workflows that
// sleep.
#pragma once

#include <base/filesystem.hpp>

#include <chrono>
#include <optional>

namespace pyw::edge {

/// The earliest alarm later than `since` that workerd has noted below `folder` (a `metadata.sqlite` in each
/// storage); nullopt: none. To be asked while no process has them open.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point>
next_alarm(const Path& folder,
           const FileSystem& files,
           std::chrono::system_clock::time_point since = std::chrono::system_clock::time_point::min());

} // namespace pyw::edge

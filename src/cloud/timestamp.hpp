// Times as the platform writes them: ISO 8601, UTC, milliseconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::cloud {

using Time = std::chrono::system_clock::time_point;

/// "2026-01-15T10:00:00.000Z".
[[nodiscard]] std::string iso_timestamp(Time time);

/// "2026-01-15", or a time behind it, "T10:00", with or without seconds, fractions of them and an offset
/// ("Z", "+01:00"); without one it is UTC. nullopt for anything else, and for days that no calendar has.
[[nodiscard]] std::optional<Time> parse_timestamp(std::string_view text);

} // namespace pyw::cloud

// "did you mean": the nearest known name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pyw {

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment distance).
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The known name nearest to `name`, compared without case, if it is near enough to be a slip: at most a
/// third of the letters differ (at least one may).
[[nodiscard]] std::optional<std::string> nearest(std::string_view name, std::span<const std::string> known);

} // namespace pyw

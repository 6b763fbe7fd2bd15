// Which overloads of a stub may answer to the same call.
#pragma once

#include <string>
#include <string_view>

namespace pyw::typegen {

/// The same definitions with `# type: ignore[overload-overlap, unused-ignore]` at each overload that a later
/// one of its group may share a call with and answer otherwise. TypeScript takes the first overload that
/// fits, and its declarations count on that; mypy calls it unsafe. Which of these mypy will call so, it alone
/// can tell: hence `unused-ignore`. Marked are those with another result than a later one has, unless
/// literals in the same place tell them apart. Text as the lowering writes it: a `def` on one line, below
/// `@overload`.
[[nodiscard]] std::string mark_overlapping_overloads(std::string_view definitions);

} // namespace pyw::typegen

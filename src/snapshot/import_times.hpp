// Where the time of a start goes: the imports of a build, as a table and as a flame graph.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::snapshot {

/// An import began (its module) or the innermost one ended (empty), milliseconds after the build began.
struct ImportEvent {
  std::string module;
  double at_ms = 0;
};

struct ImportTime {
  std::string module;
  double total_ms = 0; ///< with what it imported
  double own_ms = 0;   ///< without
};

/// Every module that was imported, the longest `total_ms` first; a module that was asked for again counts
/// once more.
[[nodiscard]] std::vector<ImportTime> import_times(const std::vector<ImportEvent>& events);

/// A page of HTML that needs nothing else: a box a module, as wide as it took, below it what it imported.
[[nodiscard]] std::string flame_graph(const std::vector<ImportEvent>& events, std::string_view title);

} // namespace pyw::snapshot

// Which of a Worker's runs a listener wants. Pure.
#pragma once

#include <base/json.hpp>
#include <base/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// A run fits when it fits all that is set.
struct TailFilters {
  struct Header {
    std::string name;                     ///< in lower case
    std::optional<std::string> value_has; ///< text within the value; nullopt: it is enough that it is there
  };

  std::optional<double> sampling_rate = {}; ///< between 0 and 1: this share of the runs
  std::vector<std::string> outcomes = {};   ///< "ok", "exception", "canceled", "exceededCpu", …
  std::vector<std::string> methods = {};    ///< in upper case; only requests have one
  std::vector<Header> headers = {};
  std::vector<std::string> addresses = {}; ///< of clients, as CF-Connecting-IP has them
  std::vector<std::string> texts = {};     ///< each in some log line
  std::vector<std::string> versions = {};
};

/// From what the clients send: {"filters": [{"outcome": ["ok"]}, …]}, and nothing or null for no filter. The
/// client address "self" stands for `caller`. Fails, for the caller to correct it, when a filter is
/// none that is known, or has another shape.
[[nodiscard]] Result<TailFilters> read_tail_filters(const Json& body, std::string_view caller);

/// The name of the first filter that the run does not fit, as the clients call it ("outcome"); nullopt when
/// it fits. `event` as it is sent to listeners; `chance` is from [0, 1).
[[nodiscard]] std::optional<std::string_view>
filtered_by(const TailFilters& filters, const Json& event, double chance);

} // namespace pyw::edge

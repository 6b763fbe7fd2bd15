// Live events of a Worker: what is asked for, and what the events say.
#pragma once

#include <cloud/api.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::cloud {

/// Only events that fit all that is set are sent.
struct TailFilters {
  std::optional<double> sampling_rate = {}; ///< between 0 and 1
  std::vector<std::string> statuses = {};   ///< "ok", "error", "canceled"
  std::vector<std::string> methods = {};
  std::optional<std::string> header = {};  ///< "name" or "name: text in the value"
  std::vector<std::string> addresses = {}; ///< "self" is the caller's own
  std::optional<std::string> search = {};  ///< text in a log line
  std::optional<std::string> version = {};
};

/// The body that asks for the events: {"filters": […]}.
[[nodiscard]] Json filters_json(const TailFilters& filters);

struct Tail {
  std::string id;
  std::string url; ///< of a WebSocket that speaks `trace-v1`
  std::string expires;
};

/// Asks for a tail of `script`; it lives until `expires`, or until it is deleted.
[[nodiscard]] Result<Tail>
create_tail(Api& api, const std::string& account, const std::string& script, const TailFilters& filters);
[[nodiscard]] Result<void>
delete_tail(Api& api, const std::string& account, const std::string& script, const std::string& id);

/// An event for people: a line that says what happened, then log lines and exceptions, indented. Control
/// characters of what the Worker wrote are shown as escapes: they would reach the terminal.
[[nodiscard]] std::vector<std::string> describe_event(const Json& event);

/// The Worker that serves a route ("example.com/*") of the account. Fails when none does.
[[nodiscard]] Result<std::string>
worker_of_route(Api& api, const std::string& account, const std::string& pattern);

} // namespace pyw::cloud

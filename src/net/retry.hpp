// When a failed exchange is tried again, and after how long.
#pragma once

#include <base/clock.hpp>
#include <base/http.hpp>
#include <base/reporter.hpp>

#include <chrono>
#include <optional>

namespace pyw::net {

struct RetryPolicy {
  /// Tries in a row without progress, the first included. With the delays below the last one starts 1.8
  /// to 3.5 s after the first: longer than most blips, and short enough for somebody who has no network at
  /// all.
  int attempts = 4;
  std::chrono::milliseconds first_delay{500};
  std::chrono::milliseconds longest_delay{10'000};
  /// A server that asks for more than this (Retry-After) is not waited for.
  std::chrono::seconds longest_wait{120};
};

/// The delay before try `failures` + 1: doubled each time, then cut to between half and all of it by `jitter`
/// (0 to 1), so that many clients do not come back at once.
[[nodiscard]] std::chrono::milliseconds back_off(const RetryPolicy& policy, int failures, double jitter);

/// Whether a status may pass by itself: 408, 425, 429, 500, 502, 503, 504.
[[nodiscard]] bool is_transient(int status);

/// The Retry-After header (RFC 9110 10.2.3: seconds, or a date), as a delay from `now`; nullopt when absent
/// or not understood.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const HttpResponse& response,
                                                              std::chrono::system_clock::time_point now);

/// A number between 0 and 1, different each time.
[[nodiscard]] double random_jitter();

/// send(), tried again after a transient status or a failure to get any answer. Only for requests that may be
/// done twice: GET, HEAD, PUT, DELETE, or whatever the caller knows to be so. A body stream is rewound.
[[nodiscard]] Result<HttpResponse> send_with_retry(HttpClient& http,
                                                   Clock& clock,
                                                   Reporter& reporter,
                                                   const HttpRequest& request,
                                                   const RetryPolicy& policy = {},
                                                   const TransferProgress& progress = {});

} // namespace pyw::net

// What the deploy API answers when it does not do what it was asked.
#pragma once

#include <base/error.hpp>

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pyw::cloud {

/// Error codes that decide what happens next (facts/deploy.md 9).
namespace code {
inline constexpr int authentication = 10000;
inline constexpr int authentication_missing = 9106;
inline constexpr int worker_not_found = 10007;
inline constexpr int service_not_found = 10090;
inline constexpr int dispatched_worker_not_found = 10092;
inline constexpr int validation_failed = 10021;
inline constexpr int too_large = 10027;
inline constexpr int invalid_inherit_binding = 10057;
inline constexpr int workflow_not_found = 10200;
inline constexpr int workflow_schedule_needs_paid_plan = 10208;
inline constexpr int workflow_jurisdiction_fixed = 10209;
inline constexpr int bucket_not_found = 10006;
inline constexpr int database_not_found = 7404;
inline constexpr int exports_not_reconciled = 10215;
} // namespace code

struct ApiFailure {
  enum class Kind { refused, malformed, unreachable };
  Kind kind = Kind::refused;
  std::string method;
  std::string path;               ///< without host and query
  int status = 0;                 ///< 0 when there was no answer
  int code = 0;                   ///< the first error's; 0 when none was given
  std::vector<std::string> notes; ///< one per error of the envelope: "text [code: N]", with its chain
  std::string meta;               ///< the first error's `meta`, as JSON text; else empty
  std::optional<std::chrono::milliseconds> retry_after = {};
  Error cause = {};                       ///< of Kind::unreachable
  std::string api = "the Cloudflare API"; ///< who was asked

  /// 5xx, 429, and no answer at all.
  [[nodiscard]] bool may_pass() const;

  [[nodiscard]] bool is_worker_not_found() const {
    return code == code::worker_not_found || code == code::service_not_found;
  }

  [[nodiscard]] bool is_authentication() const {
    return code == code::authentication || code == code::authentication_missing;
  }
};

/// What was asked, what the API said, and what to do.
[[nodiscard]] Error to_error(const ApiFailure& failure);

template <typename T>
using Answer = tl::expected<T, ApiFailure>;

} // namespace pyw::cloud

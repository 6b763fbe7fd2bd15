#include <base/text.hpp>
#include <net/retry.hpp>
#include <net/url.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <random>

namespace pyw::net {

namespace {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7, the one form that may be sent).
std::optional<std::chrono::system_clock::time_point> parse_date(const std::string& text) {
  std::tm parts{};
  const auto* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

} // namespace

std::chrono::milliseconds back_off(const RetryPolicy& policy, int failures, double jitter) {
  const auto doublings = std::clamp(failures - 1, 0, 20); // beyond any longest_delay, and no overflow
  const auto full = std::min(policy.longest_delay, policy.first_delay * (1 << doublings));
  const auto share = 0.5 + 0.5 * std::clamp(jitter, 0.0, 1.0);
  return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(full.count()) * share));
}

bool is_transient(int status) {
  constexpr std::array<int, 7> transient{408, 425, 429, 500, 502, 503, 504};
  return std::find(transient.begin(), transient.end(), status) != transient.end();
}

std::optional<std::chrono::seconds> retry_after(const HttpResponse& response,
                                                std::chrono::system_clock::time_point now) {
  const auto header = response.header("Retry-After");
  const auto text = trim(header);
  if (text.empty()) {
    return std::nullopt;
  }
  std::uint32_t seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code == std::errc{} && end == text.data() + text.size()) {
    return std::chrono::seconds(seconds);
  }
  if (const auto date = parse_date(std::string(text))) {
    return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(*date - now));
  }
  return std::nullopt;
}

double random_jitter() {
  std::random_device device;
  return std::uniform_real_distribution<double>(0.0, 1.0)(device);
}

Result<HttpResponse> send_with_retry(HttpClient& http,
                                     Clock& clock,
                                     Reporter& reporter,
                                     const HttpRequest& request,
                                     const RetryPolicy& policy,
                                     const TransferProgress& progress) {
  for (int failures = 1;; ++failures) {
    auto outcome = http.send(request, progress);
    const bool retryable = outcome ? is_transient(outcome->status) : outcome.error().transient;
    if (!retryable || failures >= policy.attempts || http.is_offline()) {
      return outcome;
    }
    std::chrono::milliseconds delay = back_off(policy, failures, random_jitter());
    if (outcome) {
      if (const auto asked = retry_after(*outcome, clock.now())) {
        if (*asked > policy.longest_wait) {
          return outcome;
        }
        delay = std::max<std::chrono::milliseconds>(delay, *asked);
      }
    }
    reporter.verbose(
        fmt::format("{} {}: {}; again in {:.1f} s",
                    request.method,
                    redacted(request.url),
                    outcome ? fmt::format("status {}", outcome->status) : outcome.error().message(),
                    static_cast<double>(delay.count()) / 1000));
    clock.sleep(delay);
    if (request.body_stream && request.body_stream->rewind) {
      request.body_stream->rewind();
    }
  }
}

} // namespace pyw::net

#include <net/client.hpp>
#include <net/curl_library.hpp>
#include <net/download.hpp>
#include <net/surroundings.hpp>
#include <net/transfer.hpp>
#include <net/url.hpp>

#include <fmt/core.h>

#include <mutex>

namespace pyw::net {

namespace {

/// Idle curl handles, kept for the connections they hold open. Safe to use from several threads.
class HandlePool {
public:
  [[nodiscard]] Result<CurlHandle> take() {
    const std::scoped_lock lock(m_mutex);
    if (m_idle.empty()) {
      return CurlHandle::make();
    }
    auto handle = std::move(m_idle.back());
    m_idle.pop_back();
    return handle;
  }

  void give_back(CurlHandle handle) {
    handle.reset(); // forgets the options (and tokens)
    const std::scoped_lock lock(m_mutex);
    m_idle.push_back(std::move(handle));
  }

private:
  std::mutex m_mutex;
  std::vector<CurlHandle> m_idle;
};

class CurlClient final : public HttpClient {
public:
  CurlClient(const Environment& environment, Clock& clock, Reporter& reporter)
      : m_surroundings(surroundings_of(environment)), m_clock(clock), m_reporter(reporter) {}

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const TransferProgress& progress) override {
    PYW_TRY_ASSIGN(auto handle, m_handles.take());
    auto outcome = exchange(handle, request, progress);
    m_handles.give_back(std::move(handle));
    return outcome;
  }

  [[nodiscard]] Result<void> download(std::vector<Download> downloads) override {
    return download_all(m_surroundings, m_clock, m_reporter, downloads);
  }

private:
  [[nodiscard]] Result<HttpResponse>
  exchange(CurlHandle& handle, const HttpRequest& request, const TransferProgress& progress) {
    std::string body;
    Transfer transfer(
        handle,
        request,
        m_surroundings,
        Compression::accepted,
        [&body](std::string_view bytes) {
          body += bytes;
          return Result<void>{};
        },
        progress);
    PYW_TRY(transfer.prepare());
    const auto started = m_clock.monotonic();
    auto outcome = transfer.conclude(handle.perform());
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - started);
    m_reporter.verbose(
        fmt::format("{} {}: {} ({} ms)",
                    request.method,
                    redacted(request.url),
                    outcome ? fmt::format("status {}", outcome->status) : outcome.error().message(),
                    took.count()));
    if (outcome) {
      outcome->body = std::move(body);
    }
    return outcome;
  }

  const Surroundings m_surroundings;
  Clock& m_clock;
  Reporter& m_reporter;
  HandlePool m_handles;
};

} // namespace

std::unique_ptr<HttpClient>
make_http_client(const Environment& environment, Clock& clock, Reporter& reporter) {
  return std::make_unique<CurlClient>(environment, clock, reporter);
}

} // namespace pyw::net

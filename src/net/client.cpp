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
  explicit HandlePool(const CurlLibrary& curl) : m_curl(curl) {}
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;
  ~HandlePool() {
    for (auto* handle : m_idle) {
      m_curl.easy_cleanup(handle);
    }
  }

  [[nodiscard]] CURL* take() {
    const std::scoped_lock lock(m_mutex);
    if (m_idle.empty()) {
      return m_curl.easy_init();
    }
    auto* handle = m_idle.back();
    m_idle.pop_back();
    return handle;
  }

  void give_back(CURL* handle) {
    m_curl.easy_reset(handle); // forgets the options (and tokens), keeps the connections
    const std::scoped_lock lock(m_mutex);
    m_idle.push_back(handle);
  }

private:
  const CurlLibrary& m_curl;
  std::mutex m_mutex;
  std::vector<CURL*> m_idle;
};

class CurlClient final : public HttpClient {
public:
  CurlClient(const Environment& environment, Clock& clock, Reporter& reporter)
      : m_surroundings(surroundings_of(environment)), m_clock(clock), m_reporter(reporter) {}

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, const TransferProgress& progress) override {
    PYW_TRY_ASSIGN(const auto* curl, curl_library());
    auto& pool = handles(*curl);
    auto* handle = pool.take();
    auto outcome = exchange(*curl, handle, request, progress);
    pool.give_back(handle);
    return outcome;
  }

  [[nodiscard]] Result<void> download(std::vector<Download> downloads) override {
    PYW_TRY_ASSIGN(const auto* curl, curl_library());
    return download_all(*curl, m_surroundings, m_clock, m_reporter, downloads);
  }

private:
  [[nodiscard]] HandlePool& handles(const CurlLibrary& curl) {
    const std::scoped_lock lock(m_mutex);
    if (!m_pool) {
      m_pool = std::make_unique<HandlePool>(curl);
    }
    return *m_pool;
  }

  [[nodiscard]] Result<HttpResponse> exchange(const CurlLibrary& curl, CURL* handle, const HttpRequest& request,
                                              const TransferProgress& progress) {
    std::string body;
    Transfer transfer(
        curl,
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
    auto outcome = transfer.conclude(curl.easy_perform(handle));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - started);
    m_reporter.verbose(fmt::format("{} {}: {} ({} ms)",
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
  std::mutex m_mutex;
  std::unique_ptr<HandlePool> m_pool;
};

} // namespace

std::unique_ptr<HttpClient> make_http_client(const Environment& environment, Clock& clock, Reporter& reporter) {
  return std::make_unique<CurlClient>(environment, clock, reporter);
}

} // namespace pyw::net

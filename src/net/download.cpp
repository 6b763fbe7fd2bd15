#include <net/download.hpp>
#include <net/partial_file.hpp>
#include <net/transfer.hpp>
#include <net/url.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace pyw::net {

namespace {

/// As many as browsers open to one host; more does not make one line faster.
constexpr std::size_t parallel_limit = 6;

/// However much progress each try makes: a server that cuts after every few bytes ends some time.
constexpr int total_attempts_limit = 50;

std::string status_hint(int status) {
  switch (status) {
  case 401:
  case 403:
    return "check the access token for this host (`_authToken` in .npmrc, user and password in an index's "
           "address)";
  case 404:
  case 410:
    return "check that the registry or mirror in your settings carries this file";
  case 407:
    return "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT";
  default:
    return status >= 500 ? "the server has a problem: try again later" : "";
  }
}

Error status_error(const std::string& url, int status) {
  const auto hint = status_hint(status);
  auto error = user_error(fmt::format("`{}` answered with status {}", redacted(url), status),
                          hint.empty() ? std::vector<std::string>{} : std::vector<std::string>{hint});
  error.transient = is_transient(status);
  return error;
}

/// One file on its way, over as many tries as it takes.
class Item {
public:
  Item(const Surroundings& surroundings,
       const HttpClient::Download& download,
       PartialFile file,
       CurlHandle handle)
      : m_surroundings(surroundings), m_download(download), m_file(std::move(file)),
        m_handle(std::move(handle)) {}

  Item(const Item&) = delete;
  Item& operator=(const Item&) = delete;

  [[nodiscard]] const CurlHandle& handle() const { return m_handle; }

  [[nodiscard]] const HttpClient::Download& download() const { return m_download; }

  [[nodiscard]] bool is_whole() const { return m_file.is_whole(); }

  /// Sets up the next try, from where the partial file ends.
  [[nodiscard]] Result<void> start() {
    m_handle.reset();
    if (!m_file.record()) {
      PYW_TRY(m_file.forget()); // bytes of an earlier try that cannot be told from another version's
    }
    m_size_before = m_file.size();
    m_decision = std::nullopt;
    m_last_response = {};
    m_transfer = std::make_unique<Transfer>(
        m_handle,
        m_download.request,
        m_surroundings,
        Compression::none,
        [this](std::string_view bytes) { return take(bytes); },
        [this](std::uint64_t done, std::uint64_t total) { report(done, total); });
    if (m_file.size() > 0) {
      m_transfer->add_header("Range", fmt::format("bytes={}-", m_file.size()));
      m_transfer->add_header("If-Range", m_file.record()->validator);
    }
    return m_transfer->prepare();
  }

  enum class End { done, again, failed };

  /// What came of the try; `error` is set unless it is done.
  [[nodiscard]] End conclude(int code, std::optional<Error>& error) {
    auto outcome = m_transfer->conclude(code);
    if (!outcome) {
      error = std::move(outcome.error());
      return error->transient ? End::again : End::failed;
    }
    m_last_response = std::move(*outcome);
    if (!m_decision) { // an answer without a body
      if (auto decided = decide(m_last_response); !decided) {
        error = std::move(decided.error());
        return End::failed;
      }
    }
    switch (*m_decision) {
    case Continuation::append:
    case Continuation::restart:
    case Continuation::whole:
      return End::done;
    case Continuation::again:
      error = user_error(fmt::format("`{}` answered with another range than was asked for", redacted(url())));
      if (auto emptied = m_file.forget(); !emptied) {
        error = std::move(emptied.error());
        return End::failed;
      }
      return End::again;
    case Continuation::refused:
      break;
    }
    error = status_error(url(), m_last_response.status);
    return error->transient ? End::again : End::failed;
  }

  [[nodiscard]] const std::string& url() const { return m_download.request.url; }

  [[nodiscard]] bool made_progress() const { return m_file.size() > m_size_before; }

  [[nodiscard]] const HttpResponse& last_response() const { return m_last_response; }

  int failures_in_a_row = 0;
  int attempts = 0;
  std::chrono::steady_clock::time_point due = {};

private:
  [[nodiscard]] Result<void> decide(const HttpResponse& response) {
    m_decision = continuation(response, m_file.size(), m_file.record());
    if (*m_decision == Continuation::restart) {
      m_size_before = 0;
      return m_file.restart(response);
    }
    return {};
  }

  [[nodiscard]] Result<void> take(std::string_view bytes) {
    if (!m_decision) {
      PYW_TRY(decide(m_transfer->response()));
    }
    const bool wanted = *m_decision == Continuation::append || *m_decision == Continuation::restart;
    const auto limit = m_download.size_limit;
    if (wanted && limit > 0 && m_file.size() + bytes.size() > limit) {
      PYW_TRY(m_file.forget());
      return failure(
          user_error(fmt::format("`{}` sends more than the {} bytes it should", redacted(url()), limit),
                     {"check that the registry or mirror in your settings carries this file"}));
    }
    return wanted ? m_file.append(bytes) : Result<void>{};
  }

  void report(std::uint64_t done, std::uint64_t total) const {
    if (!m_download.progress || !m_decision) {
      return;
    }
    const auto before = *m_decision == Continuation::append ? m_size_before : 0;
    m_download.progress(before + done, total > 0 ? before + total : 0);
  }

  const Surroundings& m_surroundings;
  const HttpClient::Download& m_download;
  PartialFile m_file;
  CurlHandle m_handle;
  std::unique_ptr<Transfer> m_transfer;
  std::optional<Continuation> m_decision;
  std::uint64_t m_size_before = 0;
  HttpResponse m_last_response;
};

class Session {
public:
  Session(CurlMulti multi, Clock& clock, Reporter& reporter, const RetryPolicy& policy)
      : m_clock(clock), m_reporter(reporter), m_policy(policy), m_multi(std::move(multi)) {}

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  ~Session() {
    for (const auto& item : m_active) {
      m_multi.remove(item->handle());
    }
  }

  void add(std::unique_ptr<Item> item) { m_waiting.push_back(std::move(item)); }

  void fail(Error error) {
    if (!m_first_error) {
      m_first_error = std::move(error);
    }
  }

  [[nodiscard]] Result<void> run() {
    while (!m_waiting.empty() || !m_active.empty()) {
      start_what_is_due();
      if (m_active.empty()) {
        sleep_until_due();
        continue;
      }
      const auto running = m_multi.perform();
      take_ended();
      if (running > 0) {
        m_multi.wait(poll_timeout_ms());
      }
    }
    if (m_first_error) {
      return failure(std::move(*m_first_error));
    }
    return {};
  }

private:
  void start_what_is_due() {
    for (std::size_t i = 0; i < m_waiting.size() && m_active.size() < parallel_limit;) {
      if (m_waiting[i]->due > m_clock.monotonic()) {
        ++i;
        continue;
      }
      auto item = std::move(m_waiting[i]);
      m_waiting.erase(m_waiting.begin() + static_cast<std::ptrdiff_t>(i));
      start(std::move(item));
    }
  }

  void start(std::unique_ptr<Item> item) {
    if (item->is_whole()) {
      finish(*item, "is here already");
      return;
    }
    ++item->attempts;
    if (auto prepared = item->start(); !prepared) {
      fail(std::move(prepared.error()));
      return;
    }
    m_multi.add(item->handle());
    m_active.push_back(std::move(item));
  }

  void take_ended() {
    while (const auto ended = m_multi.next_ended()) {
      const auto found = std::find_if(
          m_active.begin(), m_active.end(), [&](const auto& item) { return ended->is(item->handle()); });
      auto item = std::move(*found);
      m_active.erase(found);
      m_multi.remove(item->handle());
      conclude(std::move(item), ended->code);
    }
  }

  void conclude(std::unique_ptr<Item> item, int code) {
    std::optional<Error> error;
    const auto end = item->conclude(code, error);
    if (end == Item::End::done) {
      finish(*item, "fetched");
      return;
    }
    item->failures_in_a_row = item->made_progress() ? 1 : item->failures_in_a_row + 1;
    const auto delay = delay_before_retry(*item);
    if (end == Item::End::failed || !delay) {
      fail(std::move(*error));
      return;
    }
    m_reporter.verbose(
        fmt::format("{}; again in {:.1f} s", error->message(), static_cast<double>(delay->count()) / 1000));
    item->due = m_clock.monotonic() + *delay;
    m_waiting.push_back(std::move(item));
  }

  /// nullopt when it has been tried often enough.
  [[nodiscard]] std::optional<std::chrono::milliseconds> delay_before_retry(const Item& item) const {
    if (item.failures_in_a_row >= m_policy.attempts || item.attempts >= total_attempts_limit) {
      return std::nullopt;
    }
    const auto delay = back_off(m_policy, item.failures_in_a_row, random_jitter());
    const auto asked = retry_after(item.last_response(), m_clock.now());
    if (asked && *asked > m_policy.longest_wait) {
      return std::nullopt;
    }
    return asked ? std::max<std::chrono::milliseconds>(delay, *asked) : delay;
  }

  void finish(const Item& item, std::string_view how) {
    m_reporter.verbose(fmt::format("GET {}: {}", redacted(item.url()), how));
    if (item.download().arrived) {
      item.download().arrived();
    }
  }

  void sleep_until_due() {
    const auto next = std::min_element(
        m_waiting.begin(), m_waiting.end(), [](const auto& a, const auto& b) { return a->due < b->due; });
    if (next == m_waiting.end()) {
      return;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>((*next)->due - m_clock.monotonic());
    if (left.count() > 0) {
      m_clock.sleep(left);
    }
  }

  [[nodiscard]] int poll_timeout_ms() const {
    auto timeout = std::chrono::milliseconds(1000);
    for (const auto& item : m_waiting) {
      timeout =
          std::min(timeout, std::chrono::ceil<std::chrono::milliseconds>(item->due - m_clock.monotonic()));
    }
    return static_cast<int>(std::max<std::int64_t>(timeout.count(), 1));
  }

  Clock& m_clock;
  Reporter& m_reporter;
  const RetryPolicy& m_policy;
  CurlMulti m_multi;
  std::vector<std::unique_ptr<Item>> m_waiting;
  std::vector<std::unique_ptr<Item>> m_active;
  std::optional<Error> m_first_error;
};

} // namespace

Result<void> download_all(const Surroundings& surroundings,
                          Clock& clock,
                          Reporter& reporter,
                          const std::vector<HttpClient::Download>& downloads,
                          const RetryPolicy& policy) {
  PYW_TRY_ASSIGN(auto multi, CurlMulti::make());
  Session session(std::move(multi), clock, reporter, policy);
  for (const auto& download : downloads) {
    PYW_TRY_ASSIGN(auto file, PartialFile::open(download.destination));
    PYW_TRY_ASSIGN(auto handle, CurlHandle::make());
    session.add(std::make_unique<Item>(surroundings, download, std::move(file), std::move(handle)));
  }
  return session.run();
}

} // namespace pyw::net

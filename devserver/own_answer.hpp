// Requests that pyw answers itself, and how.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pyw::devserver {

struct OwnRequest {
  std::string method;
  std::string path; ///< without the query
  std::string query;
  std::string body;
};

/// Server-sent events on their way to one page.
class EventFeed {
public:
  /// `data` is one line (JSON).
  void push(std::string_view event, std::string_view data) {
    constexpr std::size_t most_pending = 4 * 1024 * 1024;
    if (m_pending.size() > most_pending) {
      return; // a page that does not read: it asks anew when it does
    }
    m_pending.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");
    if (m_wake) {
      m_wake();
    }
  }

  /// The page has gone: nothing is sent any more.
  [[nodiscard]] bool ended() const { return m_ended; }

  // --- For the connection ---

  [[nodiscard]] std::string take() { return std::exchange(m_pending, {}); }

  void on_push(std::function<void()> wake) { m_wake = std::move(wake); }

  void end() {
    m_ended = true;
    m_wake = nullptr;
  }

private:
  std::string m_pending;
  std::function<void()> m_wake;
  bool m_ended = false;
};

struct OwnAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::string location = {}; ///< of a redirect
  /// When set, the answer is its events, until the page goes.
  std::shared_ptr<EventFeed> feed = {};
};

} // namespace pyw::devserver

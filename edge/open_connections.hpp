// The connections of a server that ends: those that wait for a request at once, the others after their
// answer.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <utility>

namespace pyw::edge {

/// `Connection` has `waits`, true between requests, and `close()`. For one thread.
template <typename Connection>
class OpenConnections {
public:
  void add(std::shared_ptr<Connection> connection) { m_open.insert(std::move(connection)); }

  void remove(const std::shared_ptr<Connection>& connection) {
    m_open.erase(connection);
    tell_when_all_ended();
  }

  /// Calls `done` once none is open, which may be now. Who accepts connections has stopped to.
  void finish(std::function<void()> done) {
    m_done = std::move(done);
    for (const auto& connection : m_open) {
      if (connection->waits) {
        connection->close();
      }
    }
    tell_when_all_ended();
  }

  [[nodiscard]] bool finishing() const { return m_done != nullptr; }

private:
  void tell_when_all_ended() {
    if (m_done && m_open.empty()) {
      m_done();
    }
  }

  std::set<std::shared_ptr<Connection>> m_open;
  std::function<void()> m_done;
};

} // namespace pyw::edge

// Connections to workerd that are kept for the next request.
#pragma once

#include <base/unique_fd.hpp>
#include <devserver/session.hpp>

#include <memory>
#include <vector>

namespace pyw::devserver {

/// A connection to workerd; defined where it is used (client_exchange.hpp).
struct Upstream;

class UpstreamPool {
public:
  /// nullptr when there is none.
  [[nodiscard]] std::shared_ptr<Upstream> take() {
    if (m_idle.empty()) {
      return nullptr;
    }
    auto upstream = std::move(m_idle.back());
    m_idle.pop_back();
    return upstream;
  }

  void give_back(std::shared_ptr<Upstream> upstream) {
    constexpr std::size_t most_idle = 64;
    if (m_idle.size() < most_idle) {
      m_idle.push_back(std::move(upstream));
    }
  }

  /// To another generation, or at the end.
  void clear() { m_idle.clear(); }

private:
  std::vector<std::shared_ptr<Upstream>> m_idle;
};

} // namespace pyw::devserver

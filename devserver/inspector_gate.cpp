#include <base/listener.hpp>
#include <base/text.hpp>
#include <devserver/host_check.hpp>
#include <devserver/inspector_gate.hpp>
#include <devserver/tunnel.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <map>

namespace pyw::devserver {

namespace {

/// DevTools' requests are below 1 KiB.
constexpr std::size_t head_limit = 16 * 1024;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view refusal =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

std::string field(std::string_view head, std::string_view name) {
  for (const auto line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && to_lower(trim(line.substr(0, colon))) == name) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Blocking: on the loopback it is decided at once.
  const auto* const to = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  return ::connect(socket.get(), to, sizeof address) == 0 ? std::move(socket) : UniqueFd();
}

class TcpInspectorGate final : public InspectorGate {
public:
  explicit TcpInspectorGate(EventLoop& loop) : m_loop(loop) {}

  Result<void> listen(std::uint16_t port) {
    PYW_TRY_ASSIGN(m_listener, Listener::open(m_loop, "127.0.0.1", port, [this](AcceptedConnection accepted) {
                     take(std::move(accepted.socket));
                   }));
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return m_listener->port(); }

  void route_to(std::uint16_t inspector_port) override { m_target = inspector_port; }

private:
  struct Visit {
    UniqueFd socket;
    std::unique_ptr<Readiness> readiness = {};
    std::string head = {};
    std::unique_ptr<Tunnel> tunnel = {};
  };

  void take(UniqueFd socket) {
    const auto number = ++m_last;
    auto& visit = m_visits[number];
    visit.socket = std::move(socket);
    visit.readiness = m_loop.readiness(visit.socket.get());
    read_head(number);
  }

  void read_head(int number) {
    auto& visit = m_visits[number];
    visit.readiness->when_readable([this, number] {
      auto& reading = m_visits[number];
      std::array<char, 4096> buffer{};
      const auto got = ::recv(reading.socket.get(), buffer.data(), buffer.size(), 0);
      if (got > 0) {
        reading.head.append(buffer.data(), static_cast<std::size_t>(got));
      }
      if ((got <= 0 && errno != EAGAIN) || reading.head.size() > head_limit) {
        m_visits.erase(number);
      } else if (reading.head.find(head_end) == std::string::npos) {
        read_head(number);
      } else {
        let_in(number);
      }
    });
  }

  void let_in(int number) {
    auto& visit = m_visits[number];
    visit.readiness.reset();
    const auto head = std::string_view(visit.head).substr(0, visit.head.find(head_end));
    auto inspector = m_target != 0 && may_inspect(head) ? connect_to(m_target) : UniqueFd();
    if (!inspector.valid()) {
      ::send(visit.socket.get(), refusal.data(), refusal.size(), MSG_NOSIGNAL);
      m_visits.erase(number);
      return;
    }
    visit.tunnel = Tunnel::start(m_loop,
                                 TunnelProtocol::other,
                                 {std::move(visit.socket), std::move(visit.head)},
                                 {std::move(inspector), {}},
                                 [this, number] { m_visits.erase(number); });
  }

  EventLoop& m_loop;
  std::uint16_t m_target = 0;
  int m_last = 0;
  std::map<int, Visit> m_visits;
  std::unique_ptr<Listener> m_listener;
};

} // namespace

bool may_inspect(std::string_view head) {
  const auto origin = field(head, "origin");
  return is_local_caller(field(head, "host"), origin.starts_with("devtools://") ? "" : origin);
}

Result<std::unique_ptr<InspectorGate>> InspectorGate::open(EventLoop& loop, std::uint16_t port) {
  auto gate = std::make_unique<TcpInspectorGate>(loop);
  PYW_TRY(gate->listen(port));
  return gate;
}

} // namespace pyw::devserver

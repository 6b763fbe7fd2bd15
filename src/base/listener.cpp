#include <base/listener.hpp>
#include <base/platform.hpp>

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace pyw {

namespace {

/// When descriptors run out: how long until the next attempt, by when some connections may have ended.
constexpr auto exhausted_pause = std::chrono::milliseconds(50);

/// An address of either family.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] sockaddr* generic() { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }

  [[nodiscard]] sockaddr_in* v4() { return static_cast<sockaddr_in*>(static_cast<void*>(&storage)); }

  [[nodiscard]] sockaddr_in6* v6() { return static_cast<sockaddr_in6*>(static_cast<void*>(&storage)); }
};

std::optional<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), &address.v4()->sin_addr) == 1) {
    address.v4()->sin_family = AF_INET;
    address.v4()->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &address.v6()->sin6_addr) == 1) {
    address.v6()->sin6_family = AF_INET6;
    address.v6()->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return std::nullopt;
}

std::string in_numbers(Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v6 = address.storage.ss_family == AF_INET6;
  const void* bytes = v6 ? static_cast<const void*>(&address.v6()->sin6_addr) : &address.v4()->sin_addr;
  return ::inet_ntop(address.storage.ss_family, bytes, text.data(), text.size()) == nullptr ? ""
                                                                                            : text.data();
}

class TcpListener final : public Listener {
public:
  TcpListener(EventLoop& loop, UniqueFd socket, std::function<void(AcceptedConnection)> accepted)
      : m_loop(loop), m_socket(std::move(socket)), m_accepted(std::move(accepted)) {
    listen_on();
  }

  [[nodiscard]] std::uint16_t port() const override {
    Address address;
    address.size = sizeof address.storage;
    ::getsockname(m_socket.get(), address.generic(), &address.size);
    return ntohs(address.storage.ss_family == AF_INET6 ? address.v6()->sin6_port : address.v4()->sin_port);
  }

private:
  void listen_on() {
    m_watch = m_loop.on_readable(m_socket.get(), [this] { accept_all(); });
  }

  void accept_all() {
    for (;;) {
      Address address;
      address.size = sizeof address.storage;
      UniqueFd socket(
          ::accept4(m_socket.get(), address.generic(), &address.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.valid()) {
        const int yes = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        m_accepted({std::move(socket), in_numbers(address)});
      } else if (errno == EMFILE || errno == ENFILE) {
        m_pause = m_loop.after(exhausted_pause, [this] { listen_on(); });
        m_watch.reset(); // it would be called at once again
        return;
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return; // EAGAIN: that was all
      }
    }
  }

  EventLoop& m_loop;
  UniqueFd m_socket;
  std::function<void(AcceptedConnection)> m_accepted;
  std::unique_ptr<Subscription> m_watch;
  std::unique_ptr<Subscription> m_pause;
};

} // namespace

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

Result<std::unique_ptr<Listener>> Listener::open(EventLoop& loop,
                                                 const std::string& address,
                                                 std::uint16_t port,
                                                 std::function<void(AcceptedConnection)> accepted) {
  auto endpoint = parse_address(address == "localhost" ? "127.0.0.1" : address, port);
  if (!endpoint) {
    return failure(usage_error(fmt::format("`{}` is not an IP address", address),
                               {"use 127.0.0.1 for this machine only, or 0.0.0.0 for all networks"}));
  }
  UniqueFd socket(
      ::socket(endpoint->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool listens = socket.valid() && ::bind(socket.get(), endpoint->generic(), endpoint->size) == 0 &&
                       ::listen(socket.get(), SOMAXCONN) == 0;
  if (!listens && errno == EADDRINUSE) {
    const auto owner = platform::listener_of_port(port);
    return failure(user_error(
        fmt::format("port {} is taken{}", port, owner.empty() ? "" : " by " + owner),
        {fmt::format("choose another: `pyw dev --port {}`", port + 1), "or `--port 0` for any free one"}));
  }
  if (!listens) {
    return failure(
        user_error(fmt::format("cannot listen on {}:{}: {}", address, port, std::strerror(errno))));
  }
  return std::make_unique<TcpListener>(loop, std::move(socket), std::move(accepted));
}

} // namespace pyw

#include <devserver/injection.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace pyw::devserver {

namespace {

/// Keeps itself alive through its own waiting functions, until the other side closes.
class ForgetfulClient : public std::enable_shared_from_this<ForgetfulClient> {
public:
  ForgetfulClient(EventLoop& loop, UniqueFd socket, std::string bytes)
      : m_socket(std::move(socket)), m_readiness(loop.readiness(m_socket.get())), m_bytes(std::move(bytes)) {}

  void send_more() {
    const auto sent = ::send(m_socket.get(), m_bytes.data(), m_bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      m_bytes.erase(0, static_cast<std::size_t>(sent));
    }
    if (!m_bytes.empty() && (sent >= 0 || errno == EAGAIN)) {
      m_readiness->when_writable([self = shared_from_this()] { self->send_more(); });
    }
  }

  void read_more() {
    m_readiness->when_readable([self = shared_from_this()] {
      std::array<char, 16 * 1024> buffer; // NOLINT: filled by recv
      const auto got = ::recv(self->m_socket.get(), buffer.data(), buffer.size(), 0);
      if (got > 0 || (got < 0 && errno == EAGAIN)) {
        self->read_more();
      }
    });
  }

private:
  UniqueFd m_socket;
  std::unique_ptr<Readiness> m_readiness;
  std::string m_bytes;
};

} // namespace

UniqueFd send_and_forget(EventLoop& loop, std::string bytes) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return {};
  }
  const auto client = std::make_shared<ForgetfulClient>(loop, UniqueFd(ends[0]), std::move(bytes));
  client->send_more();
  client->read_more();
  return UniqueFd(ends[1]);
}

} // namespace pyw::devserver

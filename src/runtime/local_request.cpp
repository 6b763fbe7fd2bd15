#include <runtime/local_request.hpp>

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pyw::runtime {

Result<std::unique_ptr<LocalRequest>> LocalRequest::send(EventLoop& loop,
                                                         const Path& socket,
                                                         std::string_view path,
                                                         std::function<void(std::string_view)> done) {
  UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto where = socket.string();
  const auto text = fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  // A connection to a listening local socket is made at once, and its buffer takes a request whole.
  const bool sent = where.size() < sizeof address.sun_path && connection.get() >= 0 && [&] {
    where.copy(address.sun_path, where.size());
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(connection.get(), to, sizeof address) == 0 &&
           ::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
  }();
  if (!sent) {
    return failure(system_error(fmt::format("cannot reach the Worker at {}", where), errno));
  }
  std::unique_ptr<LocalRequest> request(new LocalRequest(std::move(connection), std::move(done)));
  request->m_watch = loop.on_readable(request->m_connection.get(), [raw = request.get()] { raw->read(); });
  return request;
}

void LocalRequest::read() {
  std::array<char, 512> buffer{};
  const auto count = ::read(m_connection.get(), buffer.data(), buffer.size());
  // The event loop may call without anything to read (a number that another connection had before); taken for
  // the end, it would be a healthy Worker's.
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (count > 0) {
    m_answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
    return; // it is asked for again
  }
  if (count > 0 && m_answer.find("\r\n") == std::string::npos) {
    return;
  }
  m_watch.reset();
  const auto done = std::move(m_done);
  const auto answer = std::move(m_answer);
  done(answer); // may destroy this object
}

} // namespace pyw::runtime

// A small GET to a Worker's own socket, by pyw itself, beside the proxy.
#pragma once

#include <base/event_loop.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/unique_fd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pyw::runtime {

/// Destroying it gives the request up.
class LocalRequest {
public:
  /// `done` gets the status line's first words ("HTTP/1.1 204 …"), or nothing when the connection ended; it
  /// is called once and may destroy the request. Fails when nobody listens on the Unix socket.
  [[nodiscard]] static Result<std::unique_ptr<LocalRequest>> send(EventLoop& loop,
                                                                  const Path& socket,
                                                                  std::string_view path,
                                                                  std::function<void(std::string_view)> done);

private:
  LocalRequest(UniqueFd connection, std::function<void(std::string_view)> done)
      : m_connection(std::move(connection)), m_done(std::move(done)) {}

  void read();

  UniqueFd m_connection;
  std::function<void(std::string_view)> m_done;
  std::string m_answer;
  std::unique_ptr<Subscription> m_watch;
};

} // namespace pyw::runtime

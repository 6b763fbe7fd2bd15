// The reverse proxy in front of workerd: owns the listening socket, streams both ways with back-pressure,
// tunnels WebSockets, and holds requests while the Worker is swapped.
// HTTP/1.1 (RFC 9112); hop-by-hop fields are dropped as RFC 9110, 7.6.1 says.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <devserver/event_loop.hpp>
#include <devserver/session.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pyw::devserver {

/// One answered request, for the log.
struct RequestRecord {
  std::string method;
  std::string target;
  int status = 0;
  std::chrono::microseconds duration{};
  bool websocket = false;
};

/// What people get while no Worker can answer.
struct ErrorAnswer {
  int status = 500;
  std::string title;
  std::string text; ///< plain; put into a page for browsers
};

struct ProxyHooks {
  /// Before a request is handed on: the place to notice a file saved a moment ago.
  std::function<void()> before_request;
  std::function<void(const RequestRecord&)> on_request;
  /// The last request of a generation that requests no longer go to has ended.
  std::function<void(Generation)> on_idle;
};

class Proxy {
public:
  virtual ~Proxy() = default;

  /// Binds and listens at once; requests are held until route_to() or answer_with().
  /// Fails when the address is taken, naming who has it where that is known.
  /// `port` 0 takes a free one.
  [[nodiscard]] static Result<std::unique_ptr<Proxy>>
  listen(EventLoop& loop, const std::string& address, std::uint16_t port, ProxyHooks hooks);

  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// New requests wait. Those under way go on.
  virtual void hold() = 0;
  /// New and waiting requests go to the Worker that listens on this Unix socket.
  virtual void route_to(Generation generation, const Path& socket) = 0;
  /// New and waiting requests go where they went before hold().
  virtual void release() = 0;
  /// New and waiting requests get this answer.
  virtual void answer_with(ErrorAnswer answer) = 0;

  /// Requests and tunnels of a generation that are under way.
  [[nodiscard]] virtual std::size_t active(Generation generation) const = 0;
  /// Ends them: their connections are closed.
  virtual void abort(Generation generation) = 0;
};

} // namespace pyw::devserver

// The reverse proxy in front of workerd: owns the listening socket, streams both ways with back-pressure,
// tunnels WebSockets, and holds requests while the Worker is swapped.
// HTTP/1.1 (RFC 9112), and within TLS HTTP/2 (RFC 9113); hop-by-hop fields are dropped as RFC 9110, 7.6.1
// says.
#pragma once

#include <base/event_loop.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/tls_server.hpp>
#include <devserver/own_answer.hpp>
#include <devserver/request_record.hpp>
#include <devserver/session.hpp>
#include <devserver/traffic.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pyw::devserver {

struct ProxyHooks {
  /// Before a request is handed on: the place to notice a file saved a moment ago.
  std::function<void()> before_request = [] {};
  /// A request's head has been read; the record has no answer yet.
  std::function<void(const RequestRecord&)> on_begin = [](const RequestRecord&) {};
  /// The Worker of this generation has begun to answer a request.
  std::function<void(Generation)> on_answer = [](Generation) {};
  std::function<void(const RequestRecord&)> on_request = [](const RequestRecord&) {};
  /// The last request of a generation that requests no longer go to has ended.
  std::function<void(Generation)> on_idle = [](Generation) {};
  /// Answers what lies under /cdn-cgi/pyw; asked only for callers on this machine and of the same origin.
  std::function<OwnAnswer(const OwnRequest&)> own = [](const OwnRequest&) {
    return OwnAnswer{404, "text/plain", "there is no such page\n", {}, {}};
  };
};

struct ProxyOptions {
  std::optional<TlsFiles> tls = {}; ///< nullopt: no TLS
  std::string address = "127.0.0.1";
  std::uint16_t port = 0; ///< 0 takes a free one
  /// Put behind every HTML page that a browser shows as a page; empty: pages stay as they are.
  std::string page_suffix = {};
  /// The Host that the Worker sees; empty: the client's.
  std::string host = {};
};

class Proxy {
public:
  virtual ~Proxy() = default;

  /// Binds and listens at once; requests are held until route_to() or answer_with().
  /// Fails when the address is taken, naming who has it where that is known.
  [[nodiscard]] static Result<std::unique_ptr<Proxy>>
  listen(EventLoop& loop, ProxyOptions options, ProxyHooks hooks);

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
  /// Ends them: their connections are closed, WebSockets with 1012.
  virtual void abort(Generation generation) = 0;

  /// The server is about to end: clients with HTTP/2 are told to open no more requests.
  virtual void say_goodbye() = 0;

  /// Makes a request as if a client on this machine had sent it; the answer is thrown away. `bytes` is a
  /// whole HTTP/1.1 message.
  virtual void inject(std::string bytes) = 0;
};

} // namespace pyw::devserver

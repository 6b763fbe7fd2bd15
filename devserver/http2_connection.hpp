// A client's connection with HTTP/2 (RFC 9113), by libnghttp2: each of its streams goes through the proxy as
// a connection with HTTP/1.1 of its own, so that all that holds for those holds for it.
#pragma once

#include <base/event_loop.hpp>
#include <base/unique_fd.hpp>

#include <functional>
#include <memory>

namespace pyw::devserver {

class Http2Connection {
public:
  virtual ~Http2Connection() = default;

  /// Whether libnghttp2 is there.
  [[nodiscard]] static bool is_possible();

  /// Serves `plain`, the connection without TLS, until either side ends it; keeps itself alive. `open` takes
  /// the proxy's end of a stream's local socket; the function it returns is called when the client has given
  /// that stream up. Needs is_possible().
  [[nodiscard]] static std::weak_ptr<Http2Connection>
  start(EventLoop& loop, UniqueFd plain, std::function<std::function<void()>(UniqueFd)> open);

  /// The client is told to open no more streams (GOAWAY); those it has go on.
  virtual void say_goodbye() = 0;
};

} // namespace pyw::devserver

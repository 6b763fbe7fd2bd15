// A WebSocket to a server, over libcurl's connections: the same TLS, proxies and certificate authorities as
// every request.
#pragma once

#include <base/environment.hpp>
#include <base/http.hpp>
#include <net/websocket_frame.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace pyw::net {

struct WebSocketRequest {
  std::string url;      ///< ws:// or wss://
  std::string protocol; ///< the subprotocol; a server that does not take it up is refused
  HttpHeaders headers = {};
};

class WebSocket {
public:
  virtual ~WebSocket() = default;

  /// Waits for the next message. nullopt when `timeout` has passed, or `wake` (a descriptor, -1 for none)
  /// became readable. Pings are answered on the way, pongs and close frames handed on. Fails when the
  /// connection breaks.
  [[nodiscard]] virtual Result<std::optional<WebSocketMessage>> receive(std::chrono::milliseconds timeout,
                                                                        int wake) = 0;
  /// Sends one message or control frame. Fails when the connection is gone.
  [[nodiscard]] virtual Result<void> send(Opcode opcode, std::string_view payload) = 0;
};

/// Connects and does the opening handshake (RFC 6455 4.1). Fails with what kept it: no network, certificate,
/// proxy, or an answer that is no WebSocket.
[[nodiscard]] Result<std::unique_ptr<WebSocket>> connect_websocket(const Environment& environment,
                                                                   const WebSocketRequest& request);

} // namespace pyw::net

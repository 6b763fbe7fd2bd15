// The API's HTTP side: whole requests in, whole answers out. Only for callers that mean this machine.
#pragma once

#include <base/event_loop.hpp>
#include <base/result.hpp>
#include <edge/entrance.hpp>
#include <edge/exchange.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pyw::edge {

class Tails;

struct ApiServerOptions {
  EntranceOptions entrance = {};
  std::vector<std::string> hosts = {}; ///< names beside this machine's own that `Host` may have
  /// Gives the answer by calling `done`, on the loop's thread.
  std::function<void(ApiRequest, std::function<void(ApiAnswer)> done)> handle = {};
  Tails* tails = nullptr; ///< taken up here, each by a WebSocket (edge/tail_socket.hpp)
};

class ApiServer {
public:
  virtual ~ApiServer() = default;

  /// Binds and listens at once. Fails as Entrance::open().
  [[nodiscard]] static Result<std::unique_ptr<ApiServer>> listen(EventLoop& loop, ApiServerOptions options);

  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// As Gateway::finish.
  virtual void finish(std::function<void()> done) = 0;
};

} // namespace pyw::edge

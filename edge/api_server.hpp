// The API's HTTP side: whole requests in, whole answers out. Only for callers that mean this machine.
#pragma once

#include <base/event_loop.hpp>
#include <base/result.hpp>
#include <edge/exchange.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pyw::edge {

struct ApiServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;              ///< 0 takes a free one
  std::vector<std::string> hosts = {}; ///< names beside this machine's own that `Host` may have
  /// Gives the answer by calling `done`, on the loop's thread.
  std::function<void(ApiRequest, std::function<void(ApiAnswer)> done)> handle = {};
};

class ApiServer {
public:
  virtual ~ApiServer() = default;

  /// Binds and listens at once. Fails when the address is taken.
  [[nodiscard]] static Result<std::unique_ptr<ApiServer>> listen(EventLoop& loop, ApiServerOptions options);

  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// As Gateway::finish.
  virtual void finish(std::function<void()> done) = 0;
};

} // namespace pyw::edge

// Where the Workers' own visitors arrive: HTTP by host and path to the version that is to answer, streams
// both ways, WebSockets included. Requests wait while a Worker starts. HTTP/1.1 (RFC 9112); hop-by-hop fields
// are dropped as RFC 9110, 7.6.1 says.
#pragma once

#include <base/event_loop.hpp>
#include <base/result.hpp>
#include <edge/entrance.hpp>
#include <edge/pool.hpp>
#include <edge/routing.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pyw::edge {

/// One request that was answered, or could not be.
struct VisitRecord {
  std::string account; ///< empty: of no Worker
  std::string script;
  std::string version;
  std::string method;
  std::string host;
  std::string target;
  int status = 0;
  bool cold = false; ///< it waited for the Worker to start
  std::chrono::microseconds took{0};
};

struct GatewayOptions {
  EntranceOptions entrance = {};
  /// Of a version at once, WebSockets included; one more is answered with 503. Memory is what they cost.
  std::size_t most_requests = 1000;
  std::function<void(const VisitRecord&)> on_visit = [](const VisitRecord&) {};
};

class Gateway {
public:
  virtual ~Gateway() = default;

  /// Binds and listens at once. Fails as Entrance::open().
  [[nodiscard]] static Result<std::unique_ptr<Gateway>>
  listen(EventLoop& loop, WorkerPool& pool, GatewayOptions options);

  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// From the next request on.
  virtual void route_by(std::shared_ptr<const RoutingTable> table) = 0;

  /// Takes no new connection, ends those that wait for a request; `done` when the last request was answered.
  virtual void finish(std::function<void()> done) = 0;
};

} // namespace pyw::edge

// One client's connection: its requests, one after the other, to the Worker or to pyw itself.
#pragma once

#include <base/listener.hpp>
#include <devserver/proxy.hpp>
#include <devserver/traffic.hpp>
#include <devserver/upstream_pool.hpp>

#include <functional>

namespace pyw::devserver {

/// What all connections of a proxy share; outlives them.
struct ProxyShared {
  EventLoop& loop;
  const ProxyOptions& options;
  const ProxyHooks& hooks;
  Traffic& traffic;
  UpstreamPool& upstreams;
  std::uint64_t next_ray; ///< the name of the next request, as 16 hexadecimal digits
};

/// Serves the connection until either side ends it. The function says that the client has left: what is under
/// way for it ends, at the Worker as well; a connection that is closed is noticed with the next bytes for it
/// only.
[[nodiscard]] std::function<void()> serve_connection(ProxyShared& shared, AcceptedConnection accepted);

} // namespace pyw::devserver

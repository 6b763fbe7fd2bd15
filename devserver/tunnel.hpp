// Two connections joined after a 101: bytes go both ways until one side ends. An idle tunnel holds no buffer.
#pragma once

#include <base/event_loop.hpp>
#include <base/unique_fd.hpp>
#include <devserver/traffic.hpp>

#include <functional>
#include <memory>
#include <string>

namespace pyw::devserver {

struct TunnelEnd {
  UniqueFd socket;
  std::string early; ///< read from it already
};

enum class TunnelProtocol { websocket, other };

/// Lives until one side ends or it is cut. A WebSocket's client is told with 1012 (service restart) when it
/// is cut, where the frames allow it.
class Tunnel : public Exchange {
public:
  [[nodiscard]] static std::unique_ptr<Tunnel> start(EventLoop& loop,
                                                     TunnelProtocol protocol,
                                                     TunnelEnd client,
                                                     TunnelEnd worker,
                                                     std::function<void()> on_end);
};

} // namespace pyw::devserver

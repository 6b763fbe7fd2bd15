// `--inspector-port`: one address for Chrome DevTools, whichever generation serves. workerd's own inspector
// listens on a port of its choice and lets anybody in; here Host and Origin are checked first.
#pragma once

#include <base/event_loop.hpp>
#include <base/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::devserver {

class InspectorGate {
public:
  virtual ~InspectorGate() = default;

  /// Listens on 127.0.0.1. Fails as Listener::open() does.
  [[nodiscard]] static Result<std::unique_ptr<InspectorGate>> open(EventLoop& loop, std::uint16_t port);

  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// From now on connections go to this port of 127.0.0.1; those that are open stay where they are.
  virtual void route_to(std::uint16_t inspector_port) = 0;
};

/// Whether a request with this head may reach the inspector: Host is this machine, Origin is none, this
/// machine or the browser's own DevTools.
[[nodiscard]] bool may_inspect(std::string_view head);

} // namespace pyw::devserver

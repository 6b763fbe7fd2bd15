// The listening socket: bound once, handed connections over until it is destroyed.
#pragma once

#include <base/event_loop.hpp>
#include <base/result.hpp>
#include <base/unique_fd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pyw {

/// A client's connection, non-blocking, with its address in numbers ("127.0.0.1", "::1").
struct AcceptedConnection {
  UniqueFd socket;
  std::string address;
};

/// Raises this process's limit on open descriptors to what the system allows: each tunnel needs two, and
/// 1,024 is a usual limit. Children inherit it.
void allow_many_descriptors();

class Listener {
public:
  virtual ~Listener() = default;

  /// Binds and listens at once. `address` is a literal IPv4 or IPv6 address or `localhost` (127.0.0.1);
  /// `port` 0 takes a free one. Fails when the address is taken, naming who has it where that is known.
  [[nodiscard]] static Result<std::unique_ptr<Listener>>
  open(EventLoop& loop,
       const std::string& address,
       std::uint16_t port,
       std::function<void(AcceptedConnection)> accepted);

  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

} // namespace pyw

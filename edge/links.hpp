// How the processes of one account find each other: each account has a Unix socket at which a Worker is asked
// for by its name, and answered with the socket of its runtime, once it runs (guest/external.js reads it).
#pragma once

#include <base/event_loop.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>

#include <functional>
#include <memory>
#include <string>

namespace pyw::edge {

struct WantedWorker {
  std::string account;
  std::string name;
  bool objects = false; ///< the one process with its Durable Objects and workflows
};

class Links {
public:
  /// A JSON text, or why there is none ("does not exist").
  using Done = std::function<void(Result<std::string>)>;
  using Find = std::function<void(const WantedWorker&, Done)>;

  virtual ~Links() = default;

  [[nodiscard]] static std::unique_ptr<Links> make(EventLoop& loop, Find find);

  /// From here on the account's Workers are answered there; once for each socket.
  [[nodiscard]] virtual Result<void> offer(const std::string& account, const Path& socket) = 0;
};

} // namespace pyw::edge

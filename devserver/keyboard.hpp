// Single keys on a terminal, without Enter. Signals keep working (Ctrl-C, Ctrl-Z); what is typed is not
// shown.
#pragma once

#include <base/event_loop.hpp>

#include <functional>
#include <memory>

namespace pyw::devserver {

class Keyboard {
public:
  /// nullptr when standard input is no terminal, or belongs to another foreground job.
  [[nodiscard]] static std::unique_ptr<Keyboard> open(EventLoop& loop, std::function<void(char)> on_key);

  /// Gives the terminal back as it was.
  virtual ~Keyboard() = default;
};

} // namespace pyw::devserver

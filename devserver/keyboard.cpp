#include <devserver/keyboard.hpp>

#include <termios.h>
#include <unistd.h>

namespace pyw::devserver {

namespace {

class TerminalKeyboard final : public Keyboard {
public:
  TerminalKeyboard(EventLoop& loop, const termios& before, std::function<void(char)> on_key)
      : m_before(before), m_on_key(std::move(on_key)) {
    termios single = before;
    single.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO); // ISIG stays: Ctrl-C is still a signal
    single.c_cc[VMIN] = 1;
    single.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &single);
    m_watch = loop.on_readable(STDIN_FILENO, [this] { read_key(); });
  }

  TerminalKeyboard(const TerminalKeyboard&) = delete;
  TerminalKeyboard& operator=(const TerminalKeyboard&) = delete;

  ~TerminalKeyboard() override { ::tcsetattr(STDIN_FILENO, TCSADRAIN, &m_before); }

private:
  void read_key() {
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) == 1) {
      m_on_key(key);
    } else {
      m_watch.reset(); // the terminal is gone
    }
  }

  termios m_before;
  std::function<void(char)> m_on_key;
  std::unique_ptr<Subscription> m_watch;
};

} // namespace

std::unique_ptr<Keyboard> Keyboard::open(EventLoop& loop, std::function<void(char)> on_key) {
  termios now{};
  // A job in the background would be stopped (SIGTTOU) for changing the terminal.
  if (::isatty(STDIN_FILENO) == 0 || ::tcgetpgrp(STDIN_FILENO) != ::getpgrp() ||
      ::tcgetattr(STDIN_FILENO, &now) != 0) {
    return nullptr;
  }
  return std::make_unique<TerminalKeyboard>(loop, now, std::move(on_key));
}

} // namespace pyw::devserver

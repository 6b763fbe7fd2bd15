#include <commands/picker.hpp>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace pyw::commands {

namespace {

constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view show_cursor = "\x1b[?25h";

// What a signal handler needs to put the terminal back: only one picker is open at a time.
termios saved_terminal{};              // NOLINT: read by the signal handler
volatile std::sig_atomic_t is_raw = 0; // NOLINT

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0 && errno != EINTR) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

/// Async-signal-safe: tcsetattr(3) and write(2) are (signal-safety(7)).
void restore() {
  if (is_raw != 0) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_terminal);
    [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, show_cursor.data(), show_cursor.size());
    is_raw = 0;
  }
}

void on_signal(int number) {
  restore();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

/// Keys one by one, unseen, while it lives.
class RawTerminal {
public:
  RawTerminal() {
    if (::tcgetattr(STDIN_FILENO, &saved_terminal) != 0) {
      return;
    }
    for (std::size_t i = 0; i < signals.size(); ++i) {
      m_handlers.at(i) = ::signal(signals.at(i), on_signal);
    }
    auto raw = saved_terminal;
    // ISIG off: Ctrl-C arrives as a key and gives up like Escape does.
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    m_active = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    is_raw = m_active ? 1 : 0;
    write_all(hide_cursor);
  }

  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  ~RawTerminal() {
    restore();
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::signal(signals.at(i), m_handlers.at(i));
    }
  }

  [[nodiscard]] bool active() const { return m_active; }

private:
  static constexpr std::array<int, 3> signals{SIGTERM, SIGHUP, SIGQUIT};
  std::array<void (*)(int), 3> m_handlers{};
  bool m_active = false;
};

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void draw(const PickerState& state, Color color, std::size_t lines_to_erase) {
  std::string text = lines_to_erase > 0 ? fmt::format("\x1b[{}A\x1b[J", lines_to_erase) : "";
  for (const auto& line : state.lines(terminal_columns(), color)) {
    text += line + "\n";
  }
  write_all(text);
}

} // namespace

PickerState::Outcome PickerState::press(std::string_view key) {
  if (key == "\r" || key == "\n") {
    return Outcome::chosen;
  }
  if (key == "\x1b" || key == "q" || key == "\x03" || key == "\x04") { // Escape, q, Ctrl-C, Ctrl-D
    return Outcome::cancelled;
  }
  if (key.size() == 1 && key.front() >= '0' && key.front() <= '9') {
    return type_digit(key.front());
  }
  m_typed = 0;
  if (key == "\x1b[A" || key == "\x1bOA" || key == "k" || key == "\x10") { // up, k, Ctrl-P
    move(-1);
  } else if (key == "\x1b[B" || key == "\x1bOB" || key == "j" || key == "\x0e" ||
             key == "\t") { // down, j, Ctrl-N
    move(1);
  } else if (key == "\x1b[H" || key == "\x1b[1~") {
    m_selected = 0;
  } else if (key == "\x1b[F" || key == "\x1b[4~") {
    m_selected = m_choices.size() - 1;
  }
  return Outcome::open;
}

void PickerState::move(std::ptrdiff_t by) {
  const auto size = static_cast<std::ptrdiff_t>(m_choices.size());
  m_selected = static_cast<std::size_t>((static_cast<std::ptrdiff_t>(m_selected) + by + size) % size);
}

PickerState::Outcome PickerState::type_digit(char digit) {
  const auto value = static_cast<std::size_t>(digit - '0');
  auto number = m_typed * 10 + value;
  if (number > m_choices.size()) { // not a longer number: a new one
    number = value;
  }
  m_typed = number;
  if (number >= 1 && number <= m_choices.size()) {
    m_selected = number - 1;
  }
  return Outcome::open;
}

std::vector<std::string> PickerState::lines(std::size_t columns, Color color) const {
  std::size_t width = 0;
  for (const auto& choice : m_choices) {
    width = std::max(width, choice.name.size());
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < m_choices.size(); ++i) {
    const bool here = i == m_selected;
    auto line = fmt::format(
        "{} {:>2}  {:<{}}  {}", here ? ">" : " ", i + 1, m_choices[i].name, width, m_choices[i].description);
    line = line.substr(0, columns > 1 ? columns - 1 : 0);
    lines.push_back(here && color == Color::yes ? fmt::format("\x1b[1;36m{}\x1b[0m", line) : line);
  }
  return lines;
}

bool can_ask() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

Result<std::optional<std::size_t>>
pick(std::string_view question, const std::vector<Choice>& choices, Color color) {
  PickerState state(choices);
  write_all(fmt::format("{} (arrow keys or a number, then Enter)\n", question));
  const RawTerminal terminal;
  if (!terminal.active()) {
    return failure(user_error("the terminal cannot be asked", {"name a template: `--template NAME`"}));
  }
  draw(state, color, 0);
  std::array<char, 16> buffer{};
  for (;;) {
    const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return std::nullopt;
    }
    std::string_view keys(buffer.data(), static_cast<std::size_t>(size));
    while (!keys.empty()) {
      // An escape sequence arrives in one read; letters may arrive several at once when pasted or typed
      // ahead.
      const auto length = keys.front() == '\x1b' ? std::min(keys.find('\x1b', 1), keys.size()) : 1;
      const auto outcome = state.press(keys.substr(0, length));
      if (outcome == PickerState::Outcome::chosen) {
        return state.selected();
      }
      if (outcome == PickerState::Outcome::cancelled) {
        return std::nullopt;
      }
      keys.remove_prefix(length);
    }
    draw(state, color, choices.size());
  }
}

} // namespace pyw::commands

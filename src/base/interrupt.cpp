#include <base/interrupt.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace pyw {

namespace {

constexpr std::array<int, 2> signals{SIGINT, SIGTERM};
constexpr std::size_t longest_words = 512;

/// All that the handler touches: plain memory and atomics, as signal-safety(7) wants it. Changed only while
/// the signals are blocked.
struct Shared {
  std::array<char, longest_words> words{};
  std::size_t size = 0;
  bool note = false;
  std::atomic<int> noted = 0;
  int wake = -1;
};

Shared shared; // NOLINT: a signal handler has nothing but globals

void on_signal(int number) {
  const int before = errno;
  if (shared.note && shared.noted.exchange(number) == 0) {
    static_cast<void>(!::write(shared.wake, "!", 1));
    errno = before;
    return;
  }
  static_cast<void>(!::write(STDERR_FILENO, shared.words.data(), shared.size));
  ::_exit(128 + number);
}

/// Blocks the signals while it lives.
class Blocked {
public:
  Blocked() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : signals) {
      ::sigaddset(&set, number);
    }
    ::sigprocmask(SIG_BLOCK, &set, &m_before);
  }

  ~Blocked() { ::sigprocmask(SIG_SETMASK, &m_before, nullptr); }

  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

private:
  sigset_t m_before{};
};

void handle_with(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART; // a read under way goes on: who wants to stop asks noted()
  for (const int number : signals) {
    ::sigaction(number, &action, nullptr);
  }
}

} // namespace

InterruptGuard::InterruptGuard() {
  std::array<int, 2> ends{-1, -1};
  static_cast<void>(!::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK));
  m_readable = UniqueFd(ends[0]);
  const Blocked blocked;
  shared.wake = ends[1];
  shared.noted = 0;
  shared.note = false;
  shared.size = 0;
  handle_with(on_signal);
}

InterruptGuard::~InterruptGuard() {
  const Blocked blocked;
  handle_with(SIG_DFL);
  ::close(shared.wake);
  shared.wake = -1;
}

void InterruptGuard::exchange(std::string last_words, bool note) {
  last_words.resize(std::min(last_words.size(), longest_words - 1));
  last_words += '\n';
  const Blocked blocked;
  std::memcpy(shared.words.data(), last_words.data(), last_words.size());
  shared.size = last_words.size();
  shared.note = note;
}

void InterruptGuard::end_with(std::string last_words) {
  exchange(std::move(last_words), false);
}

void InterruptGuard::note_first(std::string last_words) {
  exchange(std::move(last_words), true);
}

bool InterruptGuard::noted() const {
  return shared.noted != 0;
}

int InterruptGuard::signal() const {
  return shared.noted;
}

int InterruptGuard::descriptor() const {
  return m_readable.get();
}

} // namespace pyw

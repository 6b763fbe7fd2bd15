// Ctrl-C (SIGINT) and SIGTERM while something is under way that should not simply end.
#pragma once

#include <base/unique_fd.hpp>

#include <string>

namespace pyw {

/// While it lives, the signals end the process only after a word on stderr, or are noted for who asks. One at
/// a time: signals are the process's.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// From now on a signal writes `last_words` (a line of its own) and ends the process with 128 + signal.
  void end_with(std::string last_words);

  /// From now on the first signal is noted, and makes descriptor() readable; a second one writes `last_words`
  /// and ends the process.
  void note_first(std::string last_words);

  /// Whether a signal was noted.
  [[nodiscard]] bool noted() const;
  /// The signal that was noted; 0 for none.
  [[nodiscard]] int signal() const;
  /// For poll(2).
  [[nodiscard]] int descriptor() const;

private:
  void exchange(std::string last_words, bool note);

  UniqueFd m_readable;
};

} // namespace pyw

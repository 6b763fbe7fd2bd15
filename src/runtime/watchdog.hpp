// When a runtime must be replaced that will not end by itself: stock workerd has no limits, so an endless
// loop blocks its only thread for ever, and a Worker that hoards memory takes the machine with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace pyw::runtime {

/// What the system says of a process.
struct ProcessUse {
  std::chrono::milliseconds cpu{0}; ///< of all its threads, since it began
  std::uint64_t memory = 0;         ///< bytes in RAM
};

struct ProcessLimits {
  /// CPU time without an answer. 30 s is what production gives a request unless `limits.cpu_ms` says
  /// otherwise.
  std::chrono::milliseconds cpu = std::chrono::seconds(30);
  /// Production gives an isolate 128 MB. Here the runtime, its services and the interpreter count as well,
  /// and what JavaScript's garbage collector has not got to yet: the bound only keeps the machine usable.
  std::uint64_t memory = std::uint64_t{2} << 30U;
};

/// Looks at a runtime at regular times. Pure: the caller brings what it sees and does what comes out.
/// Time is the process's own CPU time, so that a busy machine, a laptop that slept and a debugger that holds
/// the Worker count for nothing.
class Watchdog {
public:
  enum class Verdict {
    fine,
    ask,     ///< busy: ask its event loop for an answer, and tell seen_alive() when that or any other comes
    looping, ///< has used up the CPU limit since it was asked
    swollen, ///< holds more memory than the limit
  };

  explicit Watchdog(ProcessLimits limits) : m_limits(limits) {}

  /// `requests` are under way; a runtime takes them all in before it answers the first.
  [[nodiscard]] Verdict look(ProcessUse use, std::size_t requests);

  /// It has answered someone: whoever waits in a long queue waits for no loop.
  void seen_alive() { m_asked_at.reset(); }

  [[nodiscard]] const ProcessLimits& limits() const { return m_limits; }

private:
  ProcessLimits m_limits;
  std::chrono::milliseconds m_last_cpu{0};
  std::optional<std::chrono::milliseconds> m_asked_at; ///< its CPU time when it was asked
};

} // namespace pyw::runtime

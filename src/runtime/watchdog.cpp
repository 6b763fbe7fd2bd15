#include <runtime/watchdog.hpp>

namespace pyw::runtime {

namespace {

/// Less than this between two looks (a second apart) is no loop: an idle runtime is never asked.
constexpr auto busy = std::chrono::milliseconds(300);

/// What a burst of requests costs before the first of them is answered: 5 ms each were seen.
constexpr auto for_each_request = std::chrono::milliseconds(50);

} // namespace

Watchdog::Verdict Watchdog::look(ProcessUse use, std::size_t requests) {
  const auto used = use.cpu - m_last_cpu;
  m_last_cpu = use.cpu;
  if (use.memory > m_limits.memory) {
    return Verdict::swollen;
  }
  if (m_asked_at) {
    const auto limit = m_limits.cpu + requests * for_each_request;
    return use.cpu - *m_asked_at >= limit ? Verdict::looping : Verdict::fine;
  }
  if (used < busy) {
    return Verdict::fine;
  }
  m_asked_at = use.cpu;
  return Verdict::ask;
}

} // namespace pyw::runtime

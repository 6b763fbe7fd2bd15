// Time as a parameter: tests move it.
#pragma once

#include <chrono>
#include <ctime>

namespace pyw {

class Clock {
public:
  virtual ~Clock() = default;
  /// Wall-clock time.
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  /// Monotonic time, for durations.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

class RealClock final : public Clock {
public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now();
  }

  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::now();
  }

  void sleep(std::chrono::milliseconds duration) override {
    timespec left{};
    left.tv_sec = duration.count() / 1000;
    left.tv_nsec = (duration.count() % 1000) * 1'000'000;
    while (::nanosleep(&left, &left) != 0) {
    }
  }
};

/// Starts at the Unix epoch plus `start` and moves only when told (or asked to sleep).
class ManualClock final : public Clock {
public:
  explicit ManualClock(std::chrono::seconds start = std::chrono::seconds(1'790'000'000)) : m_elapsed(start) {}

  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(m_elapsed));
  }

  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(m_elapsed));
  }

  void sleep(std::chrono::milliseconds duration) override { advance(duration); }

  void advance(std::chrono::milliseconds duration) { m_elapsed += duration; }

private:
  std::chrono::nanoseconds m_elapsed;
};

} // namespace pyw

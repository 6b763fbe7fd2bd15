// How a thread waits for what the event loop brings it.
#pragma once

#include <base/event_loop.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace pyw::edge {

/// What a thread waits for that another one brings; given up when the server ends.
template <typename T>
class Awaited {
public:
  void bring(T value) {
    {
      const std::lock_guard lock(m_mutex);
      m_value = std::move(value);
    }
    m_here.notify_all();
  }

  /// nullopt when it did not come in time, or `stopping` was set.
  std::optional<T> wait(std::chrono::milliseconds longest, const std::atomic<bool>& stopping) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    std::unique_lock lock(m_mutex);
    while (!m_value && !stopping && std::chrono::steady_clock::now() < deadline) {
      m_here.wait_for(lock, std::chrono::milliseconds(100));
    }
    return std::move(m_value);
  }

private:
  std::mutex m_mutex;
  std::condition_variable m_here;
  std::optional<T> m_value;
};

/// Calls for threads other than the loop's.
class LoopCalls {
public:
  LoopCalls(EventLoop& loop, std::chrono::milliseconds longest) : m_loop(loop), m_longest(longest) {}

  /// Runs `act` on the loop and waits until it has called what it is given. nullopt: not in time.
  template <typename T>
  std::optional<T> call(std::function<void(std::function<void(T)>)> act) {
    const auto awaited = std::make_shared<Awaited<T>>();
    m_loop.post(
        [awaited, act = std::move(act)] { act([awaited](T value) { awaited->bring(std::move(value)); }); });
    return awaited->wait(m_longest, m_stopping);
  }

  /// Who still waits gives up.
  void stop() { m_stopping = true; }

private:
  EventLoop& m_loop;
  std::chrono::milliseconds m_longest;
  std::atomic<bool> m_stopping = false;
};

} // namespace pyw::edge

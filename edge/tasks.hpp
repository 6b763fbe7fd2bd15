// Threads for what takes long (disks, compiling, waiting for a process); the event loop never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pyw::edge {

class Tasks {
public:
  explicit Tasks(std::size_t threads);
  /// Waits for what is under way; what has not begun is dropped.
  ~Tasks();
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  /// From any thread.
  void post(std::function<void()> task);

private:
  void work();

  std::mutex m_mutex;
  std::condition_variable m_wake;
  std::deque<std::function<void()>> m_waiting;
  bool m_stopping = false;
  std::vector<std::thread> m_threads;
};

} // namespace pyw::edge

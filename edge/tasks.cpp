#include <edge/tasks.hpp>

namespace pyw::edge {

Tasks::Tasks(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    m_threads.emplace_back([this] { work(); });
  }
}

Tasks::~Tasks() {
  {
    const std::lock_guard lock(m_mutex);
    m_stopping = true;
    m_waiting.clear();
  }
  m_wake.notify_all();
  for (auto& thread : m_threads) {
    thread.join();
  }
}

void Tasks::post(std::function<void()> task) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_stopping) {
      return;
    }
    m_waiting.push_back(std::move(task));
  }
  m_wake.notify_one();
}

void Tasks::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(m_mutex);
      m_wake.wait(lock, [&] { return m_stopping || !m_waiting.empty(); });
      if (m_stopping) {
        return;
      }
      task = std::move(m_waiting.front());
      m_waiting.pop_front();
    }
    task();
  }
}

} // namespace pyw::edge

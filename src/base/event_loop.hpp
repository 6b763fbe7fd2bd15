// One event loop, one thread. Asio stays behind this interface: its headers cost 26 s a file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace pyw {

/// Destroying it ends what it stands for (a timer, a watched descriptor); its function is not called again.
class Subscription {
public:
  virtual ~Subscription() = default;
};

/// Waits for one descriptor, for at most one event of each kind at a time; each call asks for one event.
/// Destroying it ends the waiting; the descriptor stays the caller's and must live longer.
class Readiness {
public:
  virtual ~Readiness() = default;
  virtual void when_readable(std::function<void()> function) = 0;
  virtual void when_writable(std::function<void()> function) = 0;
};

class EventLoop {
public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until stop(). Everything below is called on the thread that called run().
  void run();
  void stop();

  /// From any thread: runs the function soon, on the loop's thread.
  void post(std::function<void()> function);

  /// Calls the function each time the descriptor is readable, as long as the subscription lives. The function
  /// must read, or end the subscription. The descriptor stays the caller's.
  [[nodiscard]] std::unique_ptr<Subscription> on_readable(int descriptor, std::function<void()> function);

  /// For sockets that are both read and written; takes no duplicate of the descriptor.
  [[nodiscard]] std::unique_ptr<Readiness> readiness(int descriptor);

  [[nodiscard]] std::unique_ptr<Subscription> after(std::chrono::milliseconds delay,
                                                    std::function<void()> function);

  [[nodiscard]] std::unique_ptr<Subscription> on_signals(std::vector<int> signals,
                                                         std::function<void(int)> function);

  [[nodiscard]] boost::asio::io_context& context();

private:
  std::unique_ptr<boost::asio::io_context> m_context;
};

} // namespace pyw

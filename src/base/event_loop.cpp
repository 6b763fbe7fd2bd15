#include <base/event_loop.hpp>
#include <base/unique_fd.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>

namespace pyw {

namespace asio = boost::asio;

namespace {

// Each subscription keeps its state in a shared_ptr that the pending handler holds weakly: when the
// subscription is gone, the handler finds nothing and does nothing.

class ReadableSubscription final : public Subscription {
  struct State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, int descriptor, std::function<void()> function)
        : stream(context, descriptor), call(std::move(function)) {}

    void wait() {
      stream.async_wait(asio::posix::stream_descriptor::wait_read,
                        [weak = weak_from_this()](boost::system::error_code error) {
                          const auto state = weak.lock();
                          if (!state || error || !state->alive) {
                            return;
                          }
                          state->call();
                          if (state->alive) {
                            state->wait();
                          }
                        });
    }

    asio::posix::stream_descriptor stream;
    std::function<void()> call;
    bool alive = true;
  };

public:
  ReadableSubscription(asio::io_context& context, int descriptor, std::function<void()> function)
      // A duplicate: Asio closes what it owns, and the caller's descriptor must live on.
      : m_state(
            std::make_shared<State>(context, ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0), std::move(function))) {
    m_state->wait();
  }

  ReadableSubscription(const ReadableSubscription&) = delete;
  ReadableSubscription& operator=(const ReadableSubscription&) = delete;

  ~ReadableSubscription() override {
    m_state->alive = false;
    boost::system::error_code ignored;
    m_state->stream.close(ignored);
  }

private:
  std::shared_ptr<State> m_state;
};

class AsioReadiness final : public Readiness {
  struct State {
    State(asio::io_context& context, int descriptor) : stream(context, descriptor) {}

    asio::posix::stream_descriptor stream;
  };

public:
  AsioReadiness(asio::io_context& context, int descriptor)
      : m_state(std::make_shared<State>(context, descriptor)) {}

  AsioReadiness(const AsioReadiness&) = delete;
  AsioReadiness& operator=(const AsioReadiness&) = delete;

  ~AsioReadiness() override { m_state->stream.release(); }

  void when_readable(std::function<void()> function) override {
    wait(asio::posix::stream_descriptor::wait_read, std::move(function));
  }

  void when_writable(std::function<void()> function) override {
    wait(asio::posix::stream_descriptor::wait_write, std::move(function));
  }

private:
  void wait(asio::posix::stream_descriptor::wait_type kind, std::function<void()> function) {
    m_state->stream.async_wait(
        kind,
        [weak = std::weak_ptr(m_state), function = std::move(function)](boost::system::error_code error) {
          if (!weak.expired() && error != asio::error::operation_aborted) {
            function();
          }
        });
  }

  std::shared_ptr<State> m_state;
};

class TimerSubscription final : public Subscription {
public:
  TimerSubscription(asio::io_context& context,
                    std::chrono::milliseconds delay,
                    std::function<void()> function)
      : m_timer(context, delay), m_call(std::make_shared<std::function<void()>>(std::move(function))) {
    m_timer.async_wait([weak = std::weak_ptr(m_call)](boost::system::error_code error) {
      if (const auto call = weak.lock(); call && !error) {
        (*call)();
      }
    });
  }

private:
  asio::steady_timer m_timer;
  std::shared_ptr<std::function<void()>> m_call;
};

class SignalSubscription final : public Subscription {
  struct State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, std::function<void(int)> function)
        : set(context), call(std::move(function)) {}

    void wait() {
      set.async_wait([weak = weak_from_this()](boost::system::error_code error, int number) {
        const auto state = weak.lock();
        if (!state || error) {
          return;
        }
        state->call(number);
        state->wait();
      });
    }

    asio::signal_set set;
    std::function<void(int)> call;
  };

public:
  SignalSubscription(asio::io_context& context,
                     const std::vector<int>& signals,
                     std::function<void(int)> function)
      : m_state(std::make_shared<State>(context, std::move(function))) {
    for (const auto number : signals) {
      m_state->set.add(number);
    }
    m_state->wait();
  }

private:
  std::shared_ptr<State> m_state;
};

} // namespace

EventLoop::EventLoop() : m_context(std::make_unique<asio::io_context>(1)) {}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  const auto guard = asio::make_work_guard(*m_context);
  m_context->run();
}

void EventLoop::stop() {
  m_context->stop();
}

void EventLoop::post(std::function<void()> function) {
  asio::post(*m_context, std::move(function));
}

std::unique_ptr<Subscription> EventLoop::on_readable(int descriptor, std::function<void()> function) {
  return std::make_unique<ReadableSubscription>(*m_context, descriptor, std::move(function));
}

std::unique_ptr<Readiness> EventLoop::readiness(int descriptor) {
  return std::make_unique<AsioReadiness>(*m_context, descriptor);
}

std::unique_ptr<Subscription> EventLoop::after(std::chrono::milliseconds delay,
                                               std::function<void()> function) {
  return std::make_unique<TimerSubscription>(*m_context, delay, std::move(function));
}

std::unique_ptr<Subscription> EventLoop::on_signals(std::vector<int> signals,
                                                    std::function<void(int)> function) {
  return std::make_unique<SignalSubscription>(*m_context, signals, std::move(function));
}

asio::io_context& EventLoop::context() {
  return *m_context;
}

} // namespace pyw

// Who listens to the runs of which Worker: tails that were asked for by the API, the connections that take
// them up, and what each is sent. They live as long as the server's process.
#pragma once

#include <base/clock.hpp>
#include <edge/exchange.hpp>
#include <edge/tail_filters.hpp>

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// Why a tail is over, by the code of the WebSocket's close frame (RFC 6455, 7.4.1).
struct TailEnd {
  std::uint16_t code = 1000; ///< with 1000 the clients end, with others they ask for a new tail
  std::string reason;
};

/// One event for several listeners.
using TailEvent = std::shared_ptr<const std::string>;

/// A connection that takes up a tail. On the loop.
class TailListener {
public:
  virtual ~TailListener() = default;

  /// Returns at once; what there is no room for is lost, and the listener is told how much.
  virtual void send(TailEvent event) = 0;

  /// Whether it wants what its filters leave out as well, with the filter's name.
  [[nodiscard]] virtual bool wants_all() const = 0;

  virtual void end(TailEnd why) = 0;
};

struct TailLimits {
  std::size_t of_worker = 10; ///< what the platform allows
  std::size_t of_account = 100;
  /// The platform's: then the client asks for another.
  std::chrono::seconds lifetime = std::chrono::hours(6);
  /// A tail that nobody has been connected to for so long gives way to a new one.
  std::chrono::seconds abandoned = std::chrono::minutes(1);
};

/// What a tail's maker and owner see of it.
struct TailDescription {
  std::string id; ///< 32 hexadecimal digits, a secret: whoever knows it may listen
  std::chrono::system_clock::time_point expires;
};

class Tails {
public:
  /// `on_loop` runs a function on the loop; `heard_changed` is called there when a Worker gets its first
  /// listener or has lost its last, and calls `told` when its processes know.
  using OnLoop = std::function<void(std::function<void()>)>;
  using HeardChanged = std::function<void(const std::string& worker, std::function<void()> told)>;

  Tails(const Clock& clock, TailLimits limits, OnLoop on_loop, HeardChanged heard_changed);

  // --- From any thread ---

  /// `worker` is ACCOUNT/SCRIPT. A problem when there are too many.
  [[nodiscard]] tl::expected<TailDescription, Problem> create(const std::string& worker, TailFilters filters);
  [[nodiscard]] std::vector<TailDescription> list(const std::string& worker);
  /// False when the Worker has no such tail.
  bool remove(const std::string& worker, const std::string& id);
  void remove_all(const std::string& worker);

  // --- On the loop ---

  enum class Found { here, over, unknown };
  [[nodiscard]] Found find(const std::string& id);

  /// Calls `ready` once the Worker's processes tell of their runs. Who listened to the tail before is sent
  /// off. The value is when it ends by itself. Only for what find() says is here.
  std::chrono::system_clock::time_point
  attach(const std::string& id, std::shared_ptr<TailListener> listener, std::function<void()> ready);
  void detach(const std::string& id, const TailListener& listener);

  [[nodiscard]] bool is_heard(const std::string& worker);

  [[nodiscard]] std::chrono::system_clock::time_point now() const { return m_clock.now(); }

  /// A run as guest/tail.js describes it, of that version of the Worker.
  void publish(const std::string& worker, const std::string& version, std::string_view trace);

  /// Runs that were cut off, or could not begin, and of which nothing more is known.
  void publish_cut_off(const std::string& worker,
                       const std::string& version,
                       std::string_view outcome,
                       std::string_view message);

  [[nodiscard]] std::size_t listening();

  /// Ends all, and lets in no more.
  void stop();

private:
  struct Tail {
    std::string worker;
    TailFilters filters;
    std::chrono::system_clock::time_point expires;
    std::chrono::system_clock::time_point last_connected;
    std::shared_ptr<TailListener> listener = {};
  };

  using Entries = std::map<std::string, Tail>;

  struct Counts {
    std::size_t of_worker = 0;
    std::size_t of_account = 0;
  };

  [[nodiscard]] Counts counts(const std::string& worker) const;
  void send(const std::string& worker, const std::string& version, Json event);
  [[nodiscard]] bool is_heard_locked(const std::string& worker) const;
  void make_room(const std::string& worker);
  Entries::iterator drop(Entries::iterator which, const TailEnd& why);
  void remember(const std::string& id);

  const Clock& m_clock;
  TailLimits m_limits;
  OnLoop m_on_loop;
  HeardChanged m_heard_changed;
  std::mutex m_mutex; ///< for what is below
  Entries m_tails;
  std::deque<std::string> m_over; ///< the last that ended
  bool m_stopped = false;
  std::mt19937_64 m_random{std::random_device{}()};
};

/// What a listener is sent in the place of `lost` events that there was no room for.
[[nodiscard]] std::string lost_notice(std::uint64_t lost, std::chrono::system_clock::time_point now);

} // namespace pyw::edge

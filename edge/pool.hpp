// The running Workers: started on demand, one process a version, kept warm, ended when idle or when others
// need the room.
#pragma once

#include <base/event_loop.hpp>
#include <base/world.hpp>
#include <edge/version.hpp>
#include <edge/workshop.hpp>
#include <runtime/worker_process.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pyw::edge {

/// A connection to a Worker; defined where it is used (gateway.cpp).
struct WorkerConnection;

/// A Worker that is ready. While somebody holds it, it counts as under way and is not ended for being idle.
struct ReadyWorker {
  std::string version;
  Path socket;
  std::vector<std::shared_ptr<WorkerConnection>> idle; ///< kept for the next request
  std::size_t requests = 0;                            ///< under way
  std::chrono::milliseconds start_took{0};             ///< from the process's start to ready
  std::string layer;                                   ///< StartPlan::layer
  bool ended = false;                                  ///< its process is gone: nothing is kept
  std::vector<std::function<void()>> when_ended;       ///< called once, then forgotten
  std::function<void()> answered = [] {};              ///< to be called when it has begun to answer
};

struct PoolLimits {
  std::size_t most_workers = 64;              ///< processes
  std::chrono::milliseconds idle{5 * 60'000}; ///< without a request
};

/// What is told of Workers' lives, for the log and the metrics.
struct WorkerEvent {
  enum class Kind { started, failed, ended, log };
  Kind kind = Kind::started;
  std::string version;
  std::string layer;                 ///< started: the snapshot it continued from
  std::chrono::milliseconds took{0}; ///< started: from the wish to ready
  std::string text;                  ///< failed: why; log: what it said
  Severity severity = Severity::note;
  std::optional<runtime::Invocation> run = {}; ///< log: a handler's run, in the place of a text
};

class WorkerPool {
public:
  using Ready = std::function<void(Result<std::shared_ptr<ReadyWorker>>)>;
  /// Called on a thread of its own: runs `prepare` there, then `done` on the loop.
  using Prepare =
      std::function<void(const std::string& version, std::function<void(Result<StartPlan>)> done)>;

  WorkerPool(EventLoop& loop,
             ProcessRunner& processes,
             Clock& clock,
             PoolLimits limits,
             Prepare prepare,
             std::function<void(const StartPlan&, const std::string& version)> started,
             std::function<void(const WorkerEvent&)> tell);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// A running Worker of the version, at once or when it has started; all who ask meanwhile wait for the same
  /// start. Fails with the Worker's reason when it does not come up.
  void acquire(const std::string& version, Ready ready);

  /// Versions that get no traffic any more: each is ended when its last request has.
  void retire(const std::function<bool(const std::string& version)>& is_wanted);

  [[nodiscard]] std::size_t running() const { return m_entries.size(); }

  [[nodiscard]] std::size_t requests() const;
  /// Bytes in RAM of all processes.
  [[nodiscard]] std::uint64_t memory() const;

  /// SIGTERM to all; `done` when the last has ended.
  void stop(std::function<void()> done);

private:
  struct Entry;
  void launch(const std::string& version, Result<StartPlan> plan);
  void look_around();
  void make_room();
  void end(Entry& entry);
  void ended(const std::string& version, const Exit& exit, std::optional<Error> error);
  void drop(const std::string& version);

  EventLoop& m_loop;
  ProcessRunner& m_processes;
  Clock& m_clock;
  PoolLimits m_limits;
  Prepare m_prepare;
  std::function<void(const StartPlan&, const std::string&)> m_started;
  std::function<void(const WorkerEvent&)> m_tell;
  std::map<std::string, std::unique_ptr<Entry>> m_entries;
  std::map<const Entry*, std::unique_ptr<Entry>> m_ending; ///< out of use, their processes not gone yet
  std::unique_ptr<Subscription> m_timer;
  std::function<void()> m_stopped;
};

} // namespace pyw::edge

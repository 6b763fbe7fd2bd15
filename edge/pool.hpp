// The running Workers: started on demand, one process a version, kept warm, ended when idle or when others
// need the room.
#pragma once

#include <base/event_loop.hpp>
#include <base/world.hpp>
#include <edge/prepared_processes.hpp>
#include <edge/version.hpp>
#include <edge/workshop.hpp>
#include <runtime/worker_process.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
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
  Path debug_socket;                                   ///< StartPlan::debug_socket
  std::string entry_service;                           ///< StartPlan::entry_service
  std::string control;                                 ///< StartPlan::control
  bool ended = false;                                  ///< its process is gone: nothing is kept
  std::vector<std::function<void()>> when_ended;       ///< called once, then forgotten
  std::function<void()> answered = [] {};              ///< to be called when it has begun to answer
};

struct PoolLimits {
  std::size_t most_workers = 64;              ///< processes
  std::chrono::milliseconds idle{5 * 60'000}; ///< without a request
  std::size_t prepared = 1;                   ///< processes that wait for a Worker, beside those
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
  bool was_prepared = false;                   ///< started: in a process that had waited for a Worker
  int pid = 0;                                 ///< started
  std::string worker = {};                     ///< StartPlan::worker, where a plan was made
  std::size_t cut_off = 0; ///< failed, ended: requests that were under way, or waited for it to start
  runtime::Watchdog::Verdict ended_by = runtime::Watchdog::Verdict::fine; ///< ended: WorkerProcess::ended_by
};

/// What the pool asks for and tells, on the loop.
struct PoolHooks {
  /// Makes a plan on a thread of its own, then calls `done` on the loop.
  using Prepare =
      std::function<void(const std::string& version, std::function<void(Result<StartPlan>)> done)>;
  Prepare prepare;
  PreparedProcesses::Plan prepare_ahead;
  std::function<void(const StartPlan&, const std::string& version)> started;
  std::function<void(const std::string& owned)> released; ///< no process has what a plan `owns`
  std::function<void(const WorkerEvent&)> tell;
  /// Whether somebody listens to the runs of that Worker (StartPlan::worker), and where they are told.
  std::function<bool(const std::string& worker)> is_heard = [](const std::string&) { return false; };
  std::function<void(const std::string& worker, const std::string& version, const std::string& trace)> hear =
      [](const std::string&, const std::string&, const std::string&) {};
};

/// What a Worker is wanted for.
enum class Need {
  requests, ///< its handlers: any process that serves it will do
  exports,  ///< to be called by name, by other Workers: only a process made for it has all of its classes
};

class WorkerPool {
public:
  using Ready = std::function<void(Result<std::shared_ptr<ReadyWorker>>)>;

  /// `folder` is for the processes that wait.
  WorkerPool(EventLoop& loop, World& world, PoolLimits limits, Path folder, PoolHooks hooks);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// A running Worker of the version, at once or when it has started; all who ask meanwhile wait for the same
  /// start. Fails with the Worker's reason when it does not come up.
  void acquire(const std::string& version, Ready ready, Need need = Need::requests);

  /// Versions that get no traffic any more: each is ended when its last request has.
  void retire(const std::function<bool(const std::string& version)>& is_wanted);

  /// Ends the processes of which `is_stale` says so; who waits for one of them gets the next.
  void discard(const std::function<bool(const std::string& version, const StartPlan& plan)>& is_stale);

  /// Whether a process has, or is about to have, what a plan `owns`.
  [[nodiscard]] bool has_owner(const std::string& owned) const;

  /// is_heard has another answer for the Worker from now on; `told` is called once its processes know, or are
  /// gone.
  void tell_heard(const std::string& worker, std::function<void()> told);

  [[nodiscard]] std::size_t running() const { return m_entries.size(); }

  [[nodiscard]] std::size_t prepared() const { return m_prepared.ready(); }

  [[nodiscard]] std::size_t requests() const;
  /// At the version's process, or waiting for it to start.
  [[nodiscard]] std::size_t requests_of(const std::string& version) const;
  /// Bytes in RAM of all processes.
  [[nodiscard]] std::uint64_t memory() const;

  /// SIGTERM to all; `done` when the last has ended.
  void stop(std::function<void()> done);

private:
  struct Entry;
  void launch(const std::string& version, Result<StartPlan> plan);
  void start(const std::string& version);
  [[nodiscard]] bool take_prepared(Entry& entry);
  [[nodiscard]] runtime::WorkerProcess::Callbacks callbacks_for(Entry& entry);
  void became_ready(Entry& entry);
  void tell_entry(Entry& entry, bool is_heard, std::shared_ptr<void> told);
  [[nodiscard]] std::string listening_text(bool is_heard);
  void start_again(const std::string& version);
  void look_around();
  void make_room();
  void end(Entry& entry);
  void end_unless_busy(Entry& entry);
  void ended(const std::string& version, const Exit& exit, std::optional<Error> error);
  void drop(const std::string& version);
  void tell_if_released(const std::string& owned);

  EventLoop& m_loop;
  World& m_world;
  PoolLimits m_limits;
  PoolHooks m_hooks;
  std::map<std::string, std::unique_ptr<Entry>> m_entries;
  std::map<const Entry*, std::unique_ptr<Entry>> m_ending; ///< out of use, their processes not gone yet
  PreparedProcesses m_prepared;
  std::set<std::string> m_called_by_name; ///< versions whose exports others have wanted
  std::uint64_t m_turn = 0;               ///< of what processes are told about listeners (guest/tail.js)
  std::unique_ptr<Subscription> m_timer;
  std::function<void()> m_stopped;
};

} // namespace pyw::edge

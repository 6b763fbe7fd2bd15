// What happens at Workers that nobody sends a request: their schedules, and the alarms of Durable Objects
// (workflows that sleep have them too) whose process does not run.
#pragma once

#include <base/event_loop.hpp>
#include <base/world.hpp>
#include <edge/account_data.hpp>
#include <edge/pool.hpp>
#include <edge/routing.hpp>
#include <edge/tasks.hpp>
#include <runtime/local_request.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace pyw::edge {

/// For one thread, that of the loop.
class Triggers {
public:
  using FindTable = std::function<const RoutingTable&()>;

  /// `random` decides between the versions of a split deployment.
  Triggers(EventLoop& loop,
           WorkerPool& pool,
           const AccountData& data,
           FindTable table,
           std::function<std::uint64_t()> random,
           World& world);

  /// Once, when the server starts. Disks are read on `tasks`.
  void begin(Tasks& tasks);

  /// No process has the Worker's objects any more; `owned` is ACCOUNT/SCRIPT.
  void released(const std::string& owned);

  /// Starts the process in which the Worker's objects live, where none has them.
  void wake_owner(const std::string& owned);

private:
  using Time = std::chrono::system_clock::time_point;

  void look_at_clock();
  void run_schedules(std::chrono::sys_seconds minute);
  void
  run_schedule(const std::string& cron, std::chrono::sys_seconds minute, std::shared_ptr<ReadyWorker> worker);

  EventLoop& m_loop;
  WorkerPool& m_pool;
  const AccountData& m_data;
  FindTable m_table;
  std::function<std::uint64_t()> m_random;
  World& m_world;
  Tasks* m_tasks = nullptr;
  std::map<std::string, Time> m_alarms;     ///< of Workers that do not run
  std::map<std::string, Time> m_not_before; ///< of those that did not come up
  std::map<std::string, Time> m_woken;      ///< when a process was started for an alarm
  Time m_last_minute;
  std::unique_ptr<Subscription> m_timer;
  std::map<std::uint64_t, std::unique_ptr<runtime::LocalRequest>> m_runs; ///< schedules under way
  std::uint64_t m_last_run = 0;
};

} // namespace pyw::edge

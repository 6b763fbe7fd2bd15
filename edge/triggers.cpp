#include <base/percent_encoding.hpp>
#include <edge/alarms.hpp>
#include <edge/cron.hpp>
#include <edge/role.hpp>
#include <edge/triggers.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace pyw::edge {

namespace {

constexpr std::string_view scheduled_path = "/cdn-cgi/pyw/scheduled"; // guest/edge_front.js
/// After a process that was to run an alarm did not come up.
constexpr auto next_try = std::chrono::minutes(1);
/// An alarm that is still there after its process has run for that long is of a class that is no more, …
constexpr auto long_enough = std::chrono::seconds(30);
/// … or fails: it is tried again after a while.
constexpr auto late_try = std::chrono::hours(1);

const RoutedScript* find_owner(const RoutingTable& table, const std::string& owned) {
  const auto slash = owned.find('/');
  return table.find_script(owned.substr(0, slash), owned.substr(slash + 1));
}

} // namespace

Triggers::Triggers(EventLoop& loop,
                   WorkerPool& pool,
                   const AccountData& data,
                   FindTable table,
                   std::function<std::uint64_t()> random,
                   World& world)
    : m_loop(loop), m_pool(pool), m_data(data), m_table(std::move(table)), m_random(std::move(random)),
      m_world(world) {}

void Triggers::begin(Tasks& tasks) {
  m_tasks = &tasks;
  for (const auto& script : m_table().scripts()) {
    released(script->account + "/" + script->name);
  }
  look_at_clock();
}

void Triggers::released(const std::string& owned) {
  const auto slash = owned.find('/');
  const auto folder = m_data.places(owned.substr(0, slash)).worker(owned.substr(slash + 1));
  const auto woken = m_woken.find(owned);
  const auto now = m_world.clock.now();
  const bool had_its_time = woken != m_woken.end() && now - woken->second > long_enough;
  const auto since = had_its_time ? woken->second : Time::min();
  m_tasks->post([this, owned, folder, now, since, had_its_time] {
    if (!m_world.files.is_directory(folder)) {
      return;
    }
    auto at = next_alarm(folder, m_world.files, since);
    const auto left_over = had_its_time ? next_alarm(folder, m_world.files) : std::nullopt;
    if (left_over && *left_over <= since) {
      at = at ? std::min(*at, now + late_try) : now + late_try;
    }
    m_loop.post([this, owned, at] {
      if (at && !m_pool.has_owner(owned)) {
        const auto not_before = m_not_before.find(owned);
        m_alarms[owned] = not_before == m_not_before.end() ? *at : std::max(*at, not_before->second);
      }
    });
  });
}

void Triggers::wake_owner(const std::string& owned) {
  const auto* script = find_owner(m_table(), owned);
  if (script == nullptr || script->versions.empty() || m_pool.has_owner(owned)) {
    return;
  }
  m_woken[owned] = m_world.clock.now();
  m_pool.acquire(owner_of(script->versions),
                 [this, owned](const Result<std::shared_ptr<ReadyWorker>>& worker) {
                   if (worker) {
                     m_not_before.erase(owned);
                   } else {
                     m_alarms[owned] = m_not_before[owned] = m_world.clock.now() + next_try;
                   }
                 });
}

void Triggers::look_at_clock() {
  m_timer = m_loop.after(std::chrono::seconds(1), [this] { look_at_clock(); });
  const auto now = m_world.clock.now();
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  if (m_last_minute != Time{} && minute > m_last_minute) {
    run_schedules(std::chrono::time_point_cast<std::chrono::seconds>(minute));
  }
  m_last_minute = minute;
  std::vector<std::string> due;
  std::erase_if(m_alarms, [&](const auto& alarm) {
    const bool is_due = alarm.second <= now;
    if (is_due) {
      due.push_back(alarm.first);
    }
    return is_due;
  });
  for (const auto& owned : due) {
    wake_owner(owned);
  }
}

void Triggers::run_schedules(std::chrono::sys_seconds minute) {
  for (const auto& script : m_table().scripts()) {
    for (const auto& cron : script->schedules) {
      const auto matched = cron_matches(cron, minute);
      const auto* share = matched && *matched
                              ? choose_version(script->versions, {script->name, "", "", m_random()})
                              : nullptr;
      if (share == nullptr) {
        continue;
      }
      m_pool.acquire(share->version, [this, cron, minute](Result<std::shared_ptr<ReadyWorker>> worker) {
        if (worker) {
          run_schedule(cron, minute, std::move(*worker));
        }
      });
    }
  }
}

void Triggers::run_schedule(const std::string& cron,
                            std::chrono::sys_seconds minute,
                            std::shared_ptr<ReadyWorker> worker) {
  const auto path = fmt::format("{}?control={}&cron={}&time={}",
                                scheduled_path,
                                worker->control,
                                percent_encoded(cron),
                                minute.time_since_epoch().count() * 1000);
  ++worker->requests; // it is not idle meanwhile
  const auto id = ++m_last_run;
  auto request = runtime::LocalRequest::send(m_loop, worker->socket, path, [this, id, worker](auto) {
    --worker->requests;
    m_loop.post([this, id] { m_runs.erase(id); });
  });
  if (request) {
    m_runs.emplace(id, std::move(*request));
  } else {
    --worker->requests;
  }
}

} // namespace pyw::edge

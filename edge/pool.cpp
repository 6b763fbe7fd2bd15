#include <base/platform.hpp>
#include <edge/pool.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::edge {

namespace {

constexpr auto look_interval = std::chrono::seconds(1);
/// For requests that are still under way when a Worker is told to end.
constexpr auto grace = std::chrono::seconds(5);

using Time = std::chrono::steady_clock::time_point;

/// Nothing new goes to it.
void part_from(ReadyWorker& worker) {
  worker.ended = true;
  worker.idle.clear();
  worker.answered = [] {};
  for (const auto& tell : std::exchange(worker.when_ended, {})) {
    tell();
  }
}

} // namespace

struct WorkerPool::Entry {
  std::string version;
  StartPlan plan;
  std::unique_ptr<runtime::WorkerProcess> process;
  std::shared_ptr<ReadyWorker> worker; ///< once it is ready
  std::vector<Ready> waiting;
  Time wished;
  Time launched;
  Time last_used;
  bool retired = false;
};

WorkerPool::WorkerPool(EventLoop& loop,
                       ProcessRunner& processes,
                       Clock& clock,
                       PoolLimits limits,
                       Prepare prepare,
                       std::function<void(const StartPlan&, const std::string&)> started,
                       std::function<void(const WorkerEvent&)> tell)
    : m_loop(loop), m_processes(processes), m_clock(clock), m_limits(limits), m_prepare(std::move(prepare)),
      m_started(std::move(started)), m_tell(std::move(tell)) {
  look_around();
}

WorkerPool::~WorkerPool() = default;

void WorkerPool::acquire(const std::string& version, Ready ready) {
  if (m_stopped) {
    ready(failure(user_error("the server is about to end")));
    return;
  }
  if (const auto found = m_entries.find(version); found != m_entries.end()) {
    auto& entry = *found->second;
    entry.last_used = m_clock.monotonic();
    if (entry.worker) {
      ready(entry.worker);
    } else {
      entry.waiting.push_back(std::move(ready));
    }
    return;
  }
  make_room();
  auto entry = std::make_unique<Entry>();
  entry->version = version;
  entry->wished = entry->last_used = m_clock.monotonic();
  entry->waiting.push_back(std::move(ready));
  m_entries.emplace(version, std::move(entry));
  m_prepare(version, [this, version](Result<StartPlan> plan) { launch(version, std::move(plan)); });
}

void WorkerPool::launch(const std::string& version, Result<StartPlan> plan) {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return;
  }
  auto& entry = *found->second;
  if (!plan) {
    ended(version, {}, std::move(plan.error()));
    return;
  }
  entry.plan = std::move(*plan);
  entry.launched = m_clock.monotonic();
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.read_line = runtime::read_worker_line;
  callbacks.on_ready = [this, version, raw = &entry] {
    raw->worker = std::make_shared<ReadyWorker>();
    raw->worker->version = version;
    raw->worker->socket = raw->plan.setup.socket;
    raw->worker->layer = raw->plan.layer;
    raw->worker->start_took =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - raw->launched);
    raw->worker->answered = [raw] {
      if (raw->process) {
        raw->process->seen_alive();
      }
    };
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - raw->wished);
    m_tell({WorkerEvent::Kind::started, version, raw->plan.layer, took, "", Severity::note, {}});
    m_started(raw->plan, version);
    const auto waiting = std::exchange(raw->waiting, {});
    const auto worker = raw->worker;
    for (const auto& ready : waiting) {
      ready(worker);
    }
  };
  callbacks.on_end = [this, raw = &entry, version](Exit exit, std::optional<Error> error) {
    if (m_ending.contains(raw)) {
      m_loop.post([this, raw] { // it stands in its own callback
        m_ending.erase(raw);
        if (m_stopped && m_ending.empty()) {
          m_stopped();
        }
      });
      return;
    }
    ended(version, exit, std::move(error));
  };
  callbacks.on_log = [this, version](Severity severity, std::string_view text) {
    m_tell({WorkerEvent::Kind::log, version, "", {}, std::string(text), severity, {}});
  };
  callbacks.on_details = [this, version](const runtime::WorkerLine& line) {
    if (line.invocation) {
      m_tell({WorkerEvent::Kind::log, version, "", {}, "", Severity::note, line.invocation});
    }
  };
  callbacks.requests_under_way = [raw = &entry] { return raw->worker ? raw->worker->requests : 1; };
  auto process = runtime::WorkerProcess::start(m_loop, m_processes, entry.plan.setup, std::move(callbacks));
  if (!process) {
    ended(version, {}, std::move(process.error()));
    return;
  }
  entry.process = std::move(*process);
}

void WorkerPool::ended(const std::string& version, const Exit& exit, std::optional<Error> error) {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return;
  }
  const auto& entry = *found->second;
  const bool was_ready = entry.worker != nullptr;
  auto why = error.value_or(user_error(fmt::format("its process ended with {}", describe(exit))));
  m_tell({was_ready ? WorkerEvent::Kind::ended : WorkerEvent::Kind::failed,
          version,
          "",
          {},
          std::string(why.message()),
          Severity::error,
          {}});
  const auto waiting = entry.waiting;
  drop(version);
  for (const auto& ready : waiting) {
    ready(failure(why));
  }
}

void WorkerPool::drop(const std::string& version) {
  const auto found = m_entries.find(version);
  if (found->second->worker) {
    part_from(*found->second->worker);
  }
  // It may be called from the process's own callback.
  m_loop.post([gone = std::shared_ptr<Entry>(std::move(found->second))] {});
  m_entries.erase(found);
}

void WorkerPool::end(Entry& entry) {
  if (entry.worker) {
    part_from(*entry.worker);
  }
  const auto found = m_entries.find(entry.version);
  if (!entry.process) { // nothing runs yet
    m_entries.erase(found);
    return;
  }
  entry.process->end(grace);
  m_tell({WorkerEvent::Kind::ended, entry.version, "", {}, "", Severity::note, {}});
  auto owned = std::move(found->second);
  m_entries.erase(found);
  m_ending.emplace(&entry, std::move(owned));
}

void WorkerPool::make_room() {
  while (m_entries.size() >= m_limits.most_workers) {
    Entry* oldest = nullptr;
    for (const auto& [version, entry] : m_entries) {
      if (entry->worker && entry->worker->requests == 0 &&
          (oldest == nullptr || entry->last_used < oldest->last_used)) {
        oldest = entry.get();
      }
    }
    if (oldest == nullptr) {
      return; // all are at work: better one too many than a request that waits for ever
    }
    end(*oldest);
  }
}

void WorkerPool::look_around() {
  m_timer = m_loop.after(look_interval, [this] { look_around(); });
  const auto now = m_clock.monotonic();
  std::vector<Entry*> idle;
  for (const auto& [version, entry] : m_entries) {
    if (!entry->worker) {
      continue;
    }
    if (entry->worker->requests > 0) {
      entry->last_used = now;
    } else if (entry->retired || now - entry->last_used > m_limits.idle) {
      idle.push_back(entry.get());
    }
  }
  for (auto* entry : idle) {
    end(*entry);
  }
}

void WorkerPool::retire(const std::function<bool(const std::string&)>& is_wanted) {
  for (const auto& [version, entry] : m_entries) {
    entry->retired = !is_wanted(version);
  }
}

std::size_t WorkerPool::requests() const {
  std::size_t sum = 0;
  for (const auto& [version, entry] : m_entries) {
    sum += entry->worker ? entry->worker->requests : entry->waiting.size();
  }
  return sum;
}

std::uint64_t WorkerPool::memory() const {
  std::uint64_t sum = 0;
  for (const auto& [version, entry] : m_entries) {
    sum += entry->process ? platform::resident_memory(entry->process->pid()) : 0;
  }
  return sum;
}

void WorkerPool::stop(std::function<void()> done) {
  m_stopped = std::move(done);
  m_timer.reset();
  std::vector<Entry*> all;
  for (const auto& [version, entry] : m_entries) {
    all.push_back(entry.get());
  }
  for (auto* entry : all) {
    const auto waiting = std::exchange(entry->waiting, {});
    end(*entry);
    for (const auto& ready : waiting) {
      ready(failure(user_error("the server is about to end")));
    }
  }
  if (m_ending.empty()) {
    m_stopped();
  }
}

} // namespace pyw::edge

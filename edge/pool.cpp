#include <base/platform.hpp>
#include <edge/pool.hpp>
#include <runtime/local_request.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::edge {

namespace {

constexpr auto look_interval = std::chrono::seconds(1);
/// For requests that are still under way when a Worker is told to end.
constexpr auto grace = std::chrono::seconds(5);
/// Until it is seen whether the one before has ended.
constexpr auto turn_interval = std::chrono::milliseconds(5);

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
  std::unique_ptr<Subscription> turn;  ///< while another process has what this one is to own
  std::vector<Ready> waiting;
  Time wished;
  Time launched;
  Time last_used;
  bool retired = false;
  std::optional<Path> waited_in = {}; ///< the run directory of a process that was prepared for any Worker
  bool failed_as_prepared = false;
  std::unique_ptr<runtime::LocalRequest> question; ///< whether it is busy without any request
  bool knows_heard = false;                        ///< what its guest/tail.js was told last
  std::unique_ptr<runtime::LocalRequest> telling = {};
};

WorkerPool::WorkerPool(EventLoop& loop, World& world, PoolLimits limits, Path folder, PoolHooks hooks)
    : m_loop(loop), m_world(world), m_limits(limits), m_hooks(std::move(hooks)),
      m_prepared(loop, world, std::move(folder), limits.prepared, m_hooks.prepare_ahead) {
  look_around();
}

WorkerPool::~WorkerPool() = default;

void WorkerPool::acquire(const std::string& version, Ready ready, Need need) {
  if (m_stopped) {
    ready(failure(user_error("the server is about to end")));
    return;
  }
  if (need == Need::exports && m_called_by_name.insert(version).second) {
    discard([&](const std::string& other, const StartPlan&) {
      return other == version && m_entries.at(other)->waited_in.has_value();
    });
  }
  if (const auto found = m_entries.find(version); found != m_entries.end()) {
    auto& entry = *found->second;
    entry.last_used = m_world.clock.monotonic();
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
  entry->wished = entry->last_used = m_world.clock.monotonic();
  entry->waiting.push_back(std::move(ready));
  m_entries.emplace(version, std::move(entry));
  m_hooks.prepare(version, [this, version](Result<StartPlan> plan) { launch(version, std::move(plan)); });
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
  start(version);
}

bool WorkerPool::has_owner(const std::string& owned) const {
  const auto owns = [&](const auto& item) { return item.second->plan.owns == owned; };
  return std::any_of(m_entries.begin(), m_entries.end(), owns) ||
         std::any_of(m_ending.begin(), m_ending.end(), owns);
}

void WorkerPool::start(const std::string& version) {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return;
  }
  auto& entry = *found->second;
  if (const auto& owned = entry.plan.owns; !owned.empty()) {
    Entry* holder = nullptr;
    for (const auto& [other, item] : m_entries) {
      holder = item->plan.owns == owned && item->process ? item.get() : holder;
    }
    const bool is_ending = std::any_of(
        m_ending.begin(), m_ending.end(), [&](const auto& item) { return item.second->plan.owns == owned; });
    if (holder != nullptr) {
      end(*holder);
    }
    if (holder != nullptr || is_ending) {
      entry.turn = m_loop.after(turn_interval, [this, version] { start(version); });
      return;
    }
  }
  entry.launched = m_world.clock.monotonic();
  entry.knows_heard = m_hooks.is_heard(entry.plan.worker);
  if (take_prepared(entry)) {
    return;
  }
  entry.plan.setup.start_path += entry.knows_heard ? "&" + listening_text(true) : "";
  auto process =
      runtime::WorkerProcess::start(m_loop, m_world.processes, entry.plan.setup, callbacks_for(entry));
  if (!process) {
    ended(version, {}, std::move(process.error()));
    return;
  }
  entry.process = std::move(*process);
}

/// Whether one that waited is the entry's process from here on.
bool WorkerPool::take_prepared(Entry& entry) {
  if (!entry.plan.handover || entry.failed_as_prepared || m_called_by_name.contains(entry.version)) {
    return false;
  }
  auto taken = m_prepared.take(*entry.plan.handover);
  if (!taken) {
    return false;
  }
  const auto limits = entry.plan.setup.limits;
  entry.plan.setup = std::move(taken->plan.setup);
  entry.plan.setup.limits = limits;
  entry.plan.setup.start_path += entry.knows_heard ? "&" + listening_text(true) : "";
  entry.plan.control = std::move(taken->plan.control);
  entry.waited_in = std::move(taken->plan.run_directory);
  entry.process = std::move(taken->process);
  entry.process->adopt(callbacks_for(entry), entry.plan.setup);
  return true;
}

runtime::WorkerProcess::Callbacks WorkerPool::callbacks_for(Entry& entry) {
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.read_line = runtime::read_worker_line;
  callbacks.on_ready = [this, raw = &entry] { became_ready(*raw); };
  callbacks.on_end = [this, raw = &entry, version = entry.version](Exit exit, std::optional<Error> error) {
    if (raw->waited_in) {
      m_prepared.remove(*raw->waited_in);
    }
    if (m_ending.contains(raw)) {
      m_loop.post([this, raw] { // it stands in its own callback
        const auto owned = raw->plan.owns;
        m_ending.erase(raw);
        tell_if_released(owned);
        if (m_stopped && m_ending.empty()) {
          m_stopped();
        }
      });
    } else if (raw->waited_in && !raw->worker) {
      m_loop.post([this, version] { start_again(version); });
    } else {
      ended(version, exit, std::move(error));
    }
  };
  callbacks.on_log = [this, version = entry.version](Severity severity, std::string_view text) {
    m_hooks.tell({WorkerEvent::Kind::log, version, "", {}, std::string(text), severity, {}});
  };
  callbacks.on_details = [this, raw = &entry, version = entry.version](const runtime::WorkerLine& line) {
    if (line.invocation) {
      m_hooks.tell({WorkerEvent::Kind::log, version, "", {}, "", Severity::note, line.invocation});
    }
    if (!line.trace.empty()) {
      m_hooks.hear(raw->plan.worker, version, line.trace);
    }
  };
  callbacks.requests_under_way = [raw = &entry] { return raw->worker ? raw->worker->requests : 1; };
  return callbacks;
}

void WorkerPool::became_ready(Entry& entry) {
  const auto now = m_world.clock.monotonic();
  const auto since = [&](Time start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - start);
  };
  if (entry.waited_in) {
    m_prepared.forget_handover(*entry.waited_in);
  }
  const auto worker = std::make_shared<ReadyWorker>();
  worker->version = entry.version;
  worker->socket = entry.plan.setup.socket;
  worker->layer = entry.plan.layer;
  worker->debug_socket = entry.plan.debug_socket;
  worker->entry_service = entry.plan.entry_service;
  worker->control = entry.plan.control;
  worker->start_took = since(entry.launched);
  worker->answered = [raw = &entry] {
    if (raw->process) {
      raw->process->seen_alive();
    }
  };
  entry.worker = worker;
  m_hooks.tell({WorkerEvent::Kind::started,
                entry.version,
                entry.plan.layer,
                since(entry.wished),
                "",
                Severity::note,
                {},
                entry.waited_in.has_value(),
                entry.process->pid()});
  m_hooks.started(entry.plan, entry.version);
  if (const bool is_heard = m_hooks.is_heard(entry.plan.worker); is_heard != entry.knows_heard) {
    tell_entry(entry, is_heard, nullptr); // it has changed while the process started
  }
  if (entry.plan.handover) {
    m_prepared.wish(entry.plan.handover->key, entry.version);
  }
  for (const auto& ready : std::exchange(entry.waiting, {})) {
    ready(worker);
  }
}

std::string WorkerPool::listening_text(bool is_heard) {
  return fmt::format("listening={}&turn={}", is_heard ? "yes" : "no", ++m_turn);
}

void WorkerPool::tell_entry(Entry& entry, bool is_heard, std::shared_ptr<void> told) {
  entry.knows_heard = is_heard;
  const auto path =
      fmt::format("/cdn-cgi/pyw/tail?control={}&{}", entry.plan.control, listening_text(is_heard));
  // One that cannot be reached is ending.
  if (auto sent =
          runtime::LocalRequest::send(m_loop, entry.plan.setup.socket, path, [told](std::string_view) {})) {
    entry.telling = std::move(*sent);
  }
}

void WorkerPool::tell_heard(const std::string& worker, std::function<void()> told) {
  // Called when the last answer has come, or its process has ended.
  const std::shared_ptr<void> all(nullptr, [this, told = std::move(told)](void*) { m_loop.post(told); });
  for (const auto& [version, entry] : m_entries) {
    const bool is_heard = m_hooks.is_heard(worker);
    if (entry->worker && entry->plan.worker == worker && entry->knows_heard != is_heard) {
      tell_entry(*entry, is_heard, all);
    }
  }
}

/// A process that had waited did not come up as this Worker's: whether that is the Worker's own fault, one
/// made for it will tell.
void WorkerPool::start_again(const std::string& version) {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return;
  }
  auto& entry = *found->second;
  entry.failed_as_prepared = true;
  entry.waited_in.reset();
  entry.process.reset();
  m_hooks.prepare(version, [this, version](Result<StartPlan> plan) { launch(version, std::move(plan)); });
}

void WorkerPool::ended(const std::string& version, const Exit& exit, std::optional<Error> error) {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return;
  }
  const auto& entry = *found->second;
  const bool was_ready = entry.worker != nullptr;
  auto why = error.value_or(user_error(fmt::format("its process ended with {}", describe(exit))));
  WorkerEvent event{was_ready ? WorkerEvent::Kind::ended : WorkerEvent::Kind::failed,
                    version,
                    "",
                    {},
                    std::string(why.message()),
                    Severity::error};
  event.worker = entry.plan.worker;
  event.cut_off = was_ready ? entry.worker->requests : entry.waiting.size();
  event.ended_by = entry.process ? entry.process->ended_by() : runtime::Watchdog::Verdict::fine;
  if (event.ended_by != runtime::Watchdog::Verdict::fine && event.cut_off == 0) {
    event.cut_off = 1; // the gateway has seen the end of their connections first
  }
  m_hooks.tell(event);
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
  m_loop.post([this, gone = std::shared_ptr<Entry>(std::move(found->second))] { //
    tell_if_released(gone->plan.owns);
  });
  m_entries.erase(found);
}

void WorkerPool::tell_if_released(const std::string& owned) {
  if (!owned.empty() && !m_stopped && !has_owner(owned)) {
    m_hooks.released(owned);
  }
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
  m_hooks.tell({WorkerEvent::Kind::ended, entry.version, "", {}, "", Severity::note, {}});
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
  const auto now = m_world.clock.monotonic();
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
    end_unless_busy(*entry);
  }
}

/// Workflows run without requests.
void WorkerPool::end_unless_busy(Entry& entry) {
  if (entry.plan.busy_path.empty()) {
    end(entry);
    return;
  }
  if (entry.question) {
    return;
  }
  auto question = runtime::LocalRequest::send(
      m_loop, entry.plan.setup.socket, entry.plan.busy_path, [this, raw = &entry](std::string_view answer) {
        const bool is_busy = !answer.empty() && !answer.starts_with("HTTP/1.1 204");
        m_loop.post([this, raw, is_busy] { // the question stands in its own callback
          const auto found = std::find_if(
              m_entries.begin(), m_entries.end(), [&](const auto& item) { return item.second.get() == raw; });
          if (found == m_entries.end()) {
            return;
          }
          raw->question.reset();
          const auto now = m_world.clock.monotonic();
          if (is_busy) {
            raw->last_used = now;
          } else if (raw->worker && raw->worker->requests == 0 &&
                     (raw->retired || now - raw->last_used > m_limits.idle)) {
            end(*raw);
          }
        });
      });
  if (question) {
    entry.question = std::move(*question);
  } else {
    end(entry);
  }
}

void WorkerPool::retire(const std::function<bool(const std::string&)>& is_wanted) {
  for (const auto& [version, entry] : m_entries) {
    entry->retired = !is_wanted(version);
  }
  std::erase_if(m_called_by_name, [&](const auto& version) { return !is_wanted(version); });
}

void WorkerPool::discard(const std::function<bool(const std::string&, const StartPlan&)>& is_stale) {
  std::vector<Entry*> stale;
  for (const auto& [version, entry] : m_entries) {
    if (entry->process && is_stale(version, entry->plan)) {
      stale.push_back(entry.get());
    }
  }
  for (auto* entry : stale) {
    const auto version = entry->version;
    const auto waiting = std::exchange(entry->waiting, {});
    end(*entry);
    for (const auto& ready : waiting) {
      acquire(version, ready);
    }
  }
}

std::size_t WorkerPool::requests() const {
  std::size_t sum = 0;
  for (const auto& [version, entry] : m_entries) {
    sum += requests_of(version);
  }
  return sum;
}

std::size_t WorkerPool::requests_of(const std::string& version) const {
  const auto found = m_entries.find(version);
  if (found == m_entries.end()) {
    return 0;
  }
  const auto& entry = *found->second;
  return entry.worker ? entry.worker->requests : entry.waiting.size();
}

std::uint64_t WorkerPool::memory() const {
  std::uint64_t sum = m_prepared.memory();
  for (const auto& [version, entry] : m_entries) {
    sum += entry->process ? platform::resident_memory(entry->process->pid()) : 0;
  }
  return sum;
}

void WorkerPool::stop(std::function<void()> done) {
  m_stopped = std::move(done);
  m_timer.reset();
  m_prepared.stop();
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

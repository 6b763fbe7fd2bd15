#include <base/hash.hpp>
#include <edge/tails.hpp>
#include <edge/vault.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t most_remembered = 1000;

std::string_view account_of(std::string_view worker) {
  return worker.substr(0, worker.find('/'));
}

std::string_view script_of(std::string_view worker) {
  return worker.substr(worker.find('/') + 1);
}

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

Tails::Tails(const Clock& clock, TailLimits limits, OnLoop on_loop, HeardChanged heard_changed)
    : m_clock(clock), m_limits(limits), m_on_loop(std::move(on_loop)),
      m_heard_changed(std::move(heard_changed)) {}

void Tails::remember(const std::string& id) {
  m_over.push_back(id);
  if (m_over.size() > most_remembered) {
    m_over.pop_front();
  }
}

Tails::Entries::iterator Tails::drop(Entries::iterator which, const TailEnd& why) {
  remember(which->first);
  if (which->second.listener) {
    m_on_loop([this, listener = which->second.listener, worker = which->second.worker, why] {
      listener->end(why);
      if (!is_heard(worker)) {
        m_heard_changed(worker, [] {});
      }
    });
  }
  return m_tails.erase(which);
}

Tails::Counts Tails::counts(const std::string& worker) const {
  Counts out;
  for (const auto& [id, tail] : m_tails) {
    out.of_worker += tail.worker == worker ? 1 : 0;
    out.of_account += account_of(tail.worker) == account_of(worker) ? 1 : 0;
  }
  return out;
}

/// Removes what has expired, and where there are as many as may be, what was abandoned.
void Tails::make_room(const std::string& worker) {
  const auto now = m_clock.now();
  const auto erase = [&](const auto& is_over) {
    for (auto it = m_tails.begin(); it != m_tails.end();) {
      it = is_over(it->second) ? drop(it, {1000, "it has expired"}) : std::next(it);
    }
  };
  erase([&](const Tail& tail) { return tail.expires <= now; });
  const auto now_there = counts(worker);
  if (now_there.of_worker >= m_limits.of_worker || now_there.of_account >= m_limits.of_account) {
    erase([&](const Tail& tail) {
      return !tail.listener && account_of(tail.worker) == account_of(worker) &&
             tail.last_connected + m_limits.abandoned <= now;
    });
  }
}

tl::expected<TailDescription, Problem> Tails::create(const std::string& worker, TailFilters filters) {
  const auto bytes = random_bytes(id_bytes);
  if (!bytes) {
    return tl::unexpected(Problem{500, 10001, std::string(bytes.error().message())});
  }
  const std::lock_guard lock(m_mutex);
  make_room(worker);
  const auto there = counts(worker);
  const bool worker_is_full = there.of_worker >= m_limits.of_worker;
  if (m_stopped || worker_is_full || there.of_account >= m_limits.of_account) {
    // No 429 or 503: to those the clients would come back, and look as if they hung.
    return tl::unexpected(
        Problem{403,
                10013,
                m_stopped ? "the server is about to end"
                          : fmt::format("the {} has as many tails as this server allows ({}): end one",
                                        worker_is_full ? "Worker" : "account",
                                        worker_is_full ? there.of_worker : there.of_account)});
  }
  const auto now = m_clock.now();
  TailDescription made{to_hex(*bytes), now + m_limits.lifetime};
  m_tails.emplace(made.id, Tail{worker, std::move(filters), made.expires, now});
  return made;
}

std::vector<TailDescription> Tails::list(const std::string& worker) {
  const std::lock_guard lock(m_mutex);
  std::vector<TailDescription> out;
  for (const auto& [id, tail] : m_tails) {
    if (tail.worker == worker && tail.expires > m_clock.now()) {
      out.push_back({id, tail.expires});
    }
  }
  return out;
}

bool Tails::remove(const std::string& worker, const std::string& id) {
  const std::lock_guard lock(m_mutex);
  const auto found = m_tails.find(id);
  if (found == m_tails.end() || found->second.worker != worker) {
    return false;
  }
  drop(found, {1000, "the tail was deleted"});
  return true;
}

void Tails::remove_all(const std::string& worker) {
  const std::lock_guard lock(m_mutex);
  for (auto it = m_tails.begin(); it != m_tails.end();) {
    it = it->second.worker == worker ? drop(it, {1000, "the Worker was deleted"}) : std::next(it);
  }
}

Tails::Found Tails::find(const std::string& id) {
  const std::lock_guard lock(m_mutex);
  const auto found = m_tails.find(id);
  if (found != m_tails.end() && !m_stopped && found->second.expires > m_clock.now()) {
    return Found::here;
  }
  const bool was_here = found != m_tails.end() || std::find(m_over.begin(), m_over.end(), id) != m_over.end();
  return was_here ? Found::over : Found::unknown;
}

std::chrono::system_clock::time_point
Tails::attach(const std::string& id, std::shared_ptr<TailListener> listener, std::function<void()> ready) {
  std::unique_lock lock(m_mutex);
  auto& tail = m_tails.at(id);
  const auto expires = tail.expires;
  const auto worker = tail.worker;
  const auto before = std::exchange(tail.listener, std::move(listener));
  lock.unlock();
  if (before) {
    before->end({1000, "another connection has taken up the tail"});
  }
  m_heard_changed(worker, std::move(ready));
  return expires;
}

void Tails::detach(const std::string& id, const TailListener& listener) {
  std::unique_lock lock(m_mutex);
  const auto found = m_tails.find(id);
  if (found == m_tails.end() || found->second.listener.get() != &listener) {
    return;
  }
  found->second.listener.reset();
  found->second.last_connected = m_clock.now();
  const auto worker = found->second.worker;
  const bool is_last = !is_heard_locked(worker);
  lock.unlock();
  if (is_last) {
    m_heard_changed(worker, [] {});
  }
}

bool Tails::is_heard_locked(const std::string& worker) const {
  return std::any_of(m_tails.begin(), m_tails.end(), [&](const auto& item) {
    return item.second.listener && item.second.worker == worker;
  });
}

bool Tails::is_heard(const std::string& worker) {
  const std::lock_guard lock(m_mutex);
  return is_heard_locked(worker);
}

std::size_t Tails::listening() {
  const std::lock_guard lock(m_mutex);
  return static_cast<std::size_t>(std::count_if(
      m_tails.begin(), m_tails.end(), [](const auto& item) { return item.second.listener != nullptr; }));
}

void Tails::publish(const std::string& worker, const std::string& version, std::string_view trace) {
  if (!is_heard(worker)) { // what was told before the process knew
    return;
  }
  auto event = Json::parse(trace, nullptr, false);
  if (!event.is_object()) { // a Worker can write lines that look like a trace; it hears them alone
    return;
  }
  for (const auto* list : {"logs", "exceptions"}) {
    event[list] = array_at(event, list);
  }
  send(worker, version, std::move(event));
}

void Tails::publish_cut_off(const std::string& worker,
                            const std::string& version,
                            std::string_view outcome,
                            std::string_view message) {
  if (!is_heard(worker)) {
    return;
  }
  const auto now = milliseconds(m_clock.now());
  send(worker,
       version,
       {{"outcome", outcome},
        {"entrypoint", "default"},
        {"event", nullptr},
        {"eventTimestamp", now},
        {"exceptions", Json::array({{{"name", "Error"}, {"message", message}, {"timestamp", now}}})},
        {"logs", Json::array()},
        {"diagnosticsChannelEvents", Json::array()},
        {"truncated", false}});
}

void Tails::send(const std::string& worker, const std::string& version, Json event) {
  event["scriptName"] = script_of(worker);
  event["scriptVersion"] = {{"id", version}};
  const auto whole = std::make_shared<const std::string>(text_of(event));
  std::uniform_real_distribution<double> chance(0, 1);
  const std::lock_guard lock(m_mutex);
  for (const auto& [id, tail] : m_tails) {
    if (!tail.listener || tail.worker != worker) {
      continue;
    }
    const auto reason = filtered_by(tail.filters, event, chance(m_random));
    if (!reason) {
      tail.listener->send(whole);
    } else if (tail.listener->wants_all()) {
      auto marked = event;
      marked["filteredBy"] = *reason;
      tail.listener->send(std::make_shared<const std::string>(text_of(marked)));
    }
  }
}

void Tails::stop() {
  const std::lock_guard lock(m_mutex);
  m_stopped = true;
  for (const auto& [id, tail] : m_tails) {
    if (tail.listener) {
      tail.listener->end({1001, "the server is about to end"});
    }
  }
}

std::string lost_notice(std::uint64_t lost, std::chrono::system_clock::time_point now) {
  const auto message = fmt::format("{} left out: they came faster than this connection takes them. "
                                   "`--sampling-rate` shows a share of them.",
                                   lost == 1 ? "1 event was" : fmt::format("{} events were", lost));
  const Json notice = {{"outcome", "ok"},
                       {"scriptName", nullptr},
                       {"event", {{"type", "overload"}, {"message", message}}},
                       {"eventTimestamp", milliseconds(now)},
                       {"exceptions", Json::array()},
                       {"logs", Json::array()}};
  return text_of(notice);
}

} // namespace pyw::edge

#include <base/text.hpp>
#include <devserver/journal.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::devserver {

namespace {

using nlohmann::ordered_json;

// What fits a page and a few megabytes: bodies are at most 64 KiB each.
constexpr std::size_t most_entries = 200;
constexpr std::size_t most_lines = 1000;
constexpr std::size_t most_reloads = 50;
constexpr std::size_t most_failures = 20;

double in_ms(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

std::int64_t epoch_ms(Journal::Now time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// Bytes that are no UTF-8 become U+FFFD.
std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

template <typename Item>
void keep_last(std::deque<Item>& items, std::size_t most) {
  while (items.size() > most) {
    items.pop_front();
  }
}

ordered_json fields_json(const HeaderFields& fields) {
  auto list = ordered_json::array();
  for (const auto& [name, value] : fields) {
    list.push_back({name, value});
  }
  return list;
}

ordered_json invocation_json(const runtime::Invocation& invocation) {
  auto logs = ordered_json::parse(invocation.logs_json, nullptr, false);
  return {{"kind", invocation.kind},
          {"what", invocation.what},
          {"outcome", invocation.outcome},
          {"wall", invocation.wall_ms},
          {"cpu", invocation.cpu_ms},
          {"logs", logs.is_array() ? std::move(logs) : ordered_json::array()}};
}

const char* level_of(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warn" : "info";
}

template <typename Line>
ordered_json line_json(const Line& line) {
  return {{"level", level_of(line.severity)}, {"text", line.text}, {"time", epoch_ms(line.time)}};
}

} // namespace

Journal::Entry* Journal::find(std::string_view ray) {
  const auto found = std::find_if(
      m_entries.rbegin(), m_entries.rend(), [&](const Entry& entry) { return entry.record.ray == ray; });
  return ray.empty() || found == m_entries.rend() ? nullptr : &*found;
}

const Journal::Entry* Journal::find(std::string_view ray) const {
  return const_cast<Journal*>(this)->find(ray);
}

std::string Journal::summary(const Entry& entry) {
  const auto& record = entry.record;
  ordered_json json{{"ray", record.ray},
                    {"method", record.method},
                    {"target", record.target},
                    {"status", record.status},
                    {"websocket", record.websocket},
                    {"ended", entry.ended},
                    {"time", epoch_ms(entry.time)},
                    {"held", in_ms(record.held)},
                    {"answered", in_ms(record.answered)},
                    {"total", in_ms(record.duration)},
                    {"size", record.response_size}};
  if (entry.invocation) {
    json["invocation"] = invocation_json(*entry.invocation);
  }
  return text_of(json);
}

std::string Journal::begin(const RequestRecord& record) {
  m_entries.push_back({record, false, std::nullopt, record.received});
  keep_last(m_entries, most_entries);
  return summary(m_entries.back());
}

std::string Journal::end(const RequestRecord& record) {
  auto* entry = find(record.ray);
  if (entry == nullptr) { // forgotten in the meantime: back to the end of the list
    begin(record);
    entry = &m_entries.back();
  }
  entry->record = record;
  entry->ended = true;
  return summary(*entry);
}

std::optional<std::string> Journal::add(const runtime::Invocation& invocation, Now now) {
  auto* entry = find(invocation.ray);
  if (entry == nullptr && invocation.kind == "fetch") {
    return std::nullopt;
  }
  if (entry == nullptr) {
    m_entries.push_back({{}, true, invocation, now});
    keep_last(m_entries, most_entries);
    entry = &m_entries.back();
    entry->record.ray = fmt::format("event-{}", ++m_events);
  }
  entry->invocation = invocation;
  return summary(*entry);
}

std::string Journal::log(Severity severity, std::string_view text, Now now) {
  m_lines.push_back({severity, std::string(text), now});
  keep_last(m_lines, most_lines);
  return text_of(line_json(m_lines.back()));
}

void Journal::failure(const std::string& name, std::string details) {
  if (!m_failures.contains(name)) {
    m_failure_order.push_back(name);
  }
  m_failures[name] = std::move(details);
  while (m_failure_order.size() > most_failures) {
    m_failures.erase(m_failure_order.front());
    m_failure_order.pop_front();
  }
}

void Journal::reloaded(std::vector<std::string> changed, std::chrono::milliseconds took, Now now) {
  m_reloads.push_back({std::move(changed), took, now});
  keep_last(m_reloads, most_reloads);
}

std::string Journal::requests() const {
  std::vector<std::string> list;
  for (const auto& entry : m_entries) {
    list.push_back(summary(entry));
  }
  return "[" + join(list, ",") + "]";
}

std::string Journal::logs() const {
  auto list = ordered_json::array();
  for (const auto& line : m_lines) {
    list.push_back(line_json(line));
  }
  return text_of(list);
}

std::string Journal::reloads() const {
  auto list = ordered_json::array();
  for (const auto& reload : m_reloads) {
    list.push_back(
        {{"changed", reload.changed}, {"ms", reload.took.count()}, {"time", epoch_ms(reload.time)}});
  }
  return text_of(list);
}

std::optional<std::string> Journal::request(std::string_view ray) const {
  const auto* entry = find(ray);
  if (entry == nullptr) {
    return std::nullopt;
  }
  auto json = ordered_json::parse(summary(*entry));
  const auto& record = entry->record;
  json["requestFields"] = fields_json(record.request_fields);
  json["responseFields"] = fields_json(record.response_fields);
  json["body"] = record.request_body;
  json["bodySize"] = record.request_size;
  json["replayable"] = !record.method.empty() && !record.websocket && record.body_is_whole();
  json["failed"] = m_failures.contains(record.ray);
  return text_of(json);
}

std::optional<std::string> Journal::failure(const std::string& name) const {
  const auto found = m_failures.find(name);
  return found == m_failures.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Journal::again(std::string_view ray) const {
  const auto* entry = find(ray);
  if (entry == nullptr || entry->record.method.empty() || !entry->record.body_is_whole()) {
    return std::nullopt;
  }
  const auto& record = entry->record;
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\n", record.method, record.target);
  for (const auto& [name, value] : record.request_fields) {
    const auto lower = to_lower(name);
    if (lower != "connection" && lower != "transfer-encoding" && lower != "content-length" &&
        lower != "upgrade" && lower != "expect" && lower != "trailer") {
      bytes += fmt::format("{}: {}\r\n", name, value);
    }
  }
  if (record.request_size > 0) {
    bytes += fmt::format("Content-Length: {}\r\n", record.request_size);
  }
  return bytes + "Connection: close\r\n\r\n" + record.request_body;
}

} // namespace pyw::devserver

#include <devserver/announcer.hpp>

#include <nlohmann/json.hpp>

namespace pyw::devserver {

void Announcer::ready(const std::string& url, std::chrono::milliseconds took) {
  m_people.ready(url, took);
  m_pages.tell("session", m_session());
  m_pages.tell("reloaded", "{}");
}

void Announcer::reloaded(const std::vector<Path>& changed, std::chrono::milliseconds took, Start start) {
  m_people.reloaded(changed, took, start);
  std::vector<std::string> paths;
  for (const auto& path : changed) {
    paths.push_back(path.filename().string());
  }
  m_journal.reloaded(std::move(paths), took, m_clock.now());
  m_pages.tell("session", m_session());
  m_pages.tell("reloaded", "{}");
}

void Announcer::unchanged() {
  m_people.unchanged();
  m_pages.tell("session", m_session());
  m_pages.tell("unchanged", "{}");
}

void Announcer::failed(const Error& error, bool old_code_serves) {
  m_people.failed(error, old_code_serves);
  const auto session = m_session();
  m_pages.tell("session", session);
  m_pages.tell("failed", session);
}

void Announcer::request(const RequestRecord& record) {
  m_people.request(record);
  m_pages.tell("request", m_journal.end(record));
}

void Announcer::log(Severity severity, std::string_view text) {
  m_people.log(severity, text);
  m_pages.tell("log", m_journal.log(severity, text, m_clock.now()));
}

void Announcer::invocation(const runtime::Invocation& invocation) {
  m_people.invocation(invocation);
  if (const auto entry = m_journal.add(invocation, m_clock.now())) {
    m_pages.tell("request", *entry);
  }
}

} // namespace pyw::devserver

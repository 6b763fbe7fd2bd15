// Tells everyone: people or tools (the narrator), the journal, and the pages that listen.
#pragma once

#include <base/clock.hpp>
#include <devserver/journal.hpp>
#include <devserver/narrator.hpp>
#include <devserver/own_pages.hpp>

#include <functional>
#include <string>

namespace pyw::devserver {

class Announcer final : public Narrator {
public:
  /// `session` is what pages are told of the session as a whole: a JSON object.
  Announcer(Narrator& people,
            Journal& journal,
            OwnPages& pages,
            const Clock& clock,
            std::function<std::string()> session)
      : m_people(people), m_journal(journal), m_pages(pages), m_clock(clock), m_session(std::move(session)) {}

  void ready(const std::string& url, std::chrono::milliseconds took) override;
  void reloaded(const std::vector<Path>& changed, std::chrono::milliseconds took, Start start) override;

  void inspector(const std::string& url) override { m_people.inspector(url); }

  void keys() override { m_people.keys(); }

  void clear() override { m_people.clear(); }

  void unchanged() override;
  void failed(const Error& error, bool old_code_serves) override;
  void request(const RequestRecord& record) override;
  void log(Severity severity, std::string_view text) override;
  void invocation(const runtime::Invocation& invocation) override;

  void stopping() override { m_people.stopping(); }

  void begin(const RequestRecord& record) { m_pages.tell("request", m_journal.begin(record)); }

private:
  Narrator& m_people;
  Journal& m_journal;
  OwnPages& m_pages;
  const Clock& m_clock;
  std::function<std::string()> m_session;
};

} // namespace pyw::devserver

// What pyw answers itself, under /cdn-cgi/pyw: the dashboard, the script behind pages, its events.
#pragma once

#include <devserver/journal.hpp>
#include <devserver/own_answer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::devserver {

struct PagesHooks {
  /// What the dashboard shows of the session itself: a JSON object.
  std::function<std::string()> session = [] { return std::string("{}"); };
  /// Sends a request once more: a whole HTTP/1.1 message.
  std::function<void(std::string bytes)> replay = [](const std::string&) {};
  std::function<void()> restart = [] {};
};

class OwnPages {
public:
  OwnPages(const Journal& journal, PagesHooks hooks) : m_journal(journal), m_hooks(std::move(hooks)) {}

  [[nodiscard]] OwnAnswer answer(const OwnRequest& request);

  /// To all pages that listen. `data` is JSON on one line.
  void tell(std::string_view event, std::string_view data);

private:
  [[nodiscard]] OwnAnswer answer_api(const OwnRequest& request, std::string_view path);
  [[nodiscard]] OwnAnswer answer_request(const OwnRequest& request, std::string_view rest);
  [[nodiscard]] OwnAnswer listen();

  const Journal& m_journal;
  PagesHooks m_hooks;
  std::vector<std::weak_ptr<EventFeed>> m_feeds;
};

} // namespace pyw::devserver

#include <base/embedded_file.hpp>
#include <devserver/own_pages.hpp>
#include <devserver/pages.hpp>

#include <algorithm>

namespace pyw::devserver {

namespace {

constexpr std::string_view root = "/cdn-cgi/pyw";

std::string_view type_of(std::string_view path) {
  if (path.ends_with(".js")) {
    return "text/javascript; charset=utf-8";
  }
  if (path.ends_with(".svg")) {
    return "image/svg+xml";
  }
  return path.ends_with(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8";
}

OwnAnswer plain(int status, std::string_view text) {
  OwnAnswer answer;
  answer.status = status;
  answer.body = std::string(text) + "\n";
  return answer;
}

OwnAnswer json(std::string body) {
  OwnAnswer answer;
  answer.content_type = "application/json";
  answer.body = std::move(body);
  return answer;
}

OwnAnswer json_or_absent(std::optional<std::string> body) {
  return body ? json(std::move(*body)) : plain(404, "it is forgotten, or never was");
}

OwnAnswer file(std::string_view name) {
  for (const auto& embedded : pages()) {
    if (embedded.path == name) {
      OwnAnswer answer;
      answer.content_type = type_of(name);
      answer.body = std::string(embedded.content);
      return answer;
    }
  }
  return plain(404, "there is no such page");
}

} // namespace

OwnAnswer OwnPages::answer(const OwnRequest& request) {
  std::string_view path(request.path);
  path.remove_prefix(std::min(root.size(), path.size()));
  if (path.empty()) {
    auto answer = plain(302, "the dashboard is at /cdn-cgi/pyw/");
    answer.location = std::string(root) + "/";
    return answer;
  }
  constexpr std::string_view api = "/dev/";
  if (path.starts_with(api)) {
    return answer_api(request, path.substr(api.size()));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return plain(405, "only GET");
  }
  if (path == "/events") {
    return listen();
  }
  return file(path == "/" ? "dashboard.html" : path.substr(1));
}

OwnAnswer OwnPages::answer_api(const OwnRequest& request, std::string_view path) {
  if (path == "restart") {
    if (request.method != "POST") {
      return plain(405, "only POST");
    }
    m_hooks.restart();
    return plain(202, "restarting");
  }
  constexpr std::string_view requests = "requests/";
  if (path.starts_with(requests)) {
    return answer_request(request, path.substr(requests.size()));
  }
  if (request.method != "GET") {
    return plain(405, "only GET");
  }
  constexpr std::string_view failures = "failures/";
  if (path.starts_with(failures)) {
    return json_or_absent(m_journal.failure(std::string(path.substr(failures.size()))));
  }
  if (path == "session") {
    return json(m_hooks.session());
  }
  if (path == "requests") {
    return json(m_journal.requests());
  }
  if (path == "logs") {
    return json(m_journal.logs());
  }
  if (path == "reloads") {
    return json(m_journal.reloads());
  }
  return plain(404, "there is no such thing");
}

OwnAnswer OwnPages::answer_request(const OwnRequest& request, std::string_view rest) {
  constexpr std::string_view again = "/replay";
  if (!rest.ends_with(again)) {
    return request.method == "GET" ? json_or_absent(m_journal.request(rest)) : plain(405, "only GET");
  }
  if (request.method != "POST") {
    return plain(405, "only POST");
  }
  auto bytes = m_journal.again(rest.substr(0, rest.size() - again.size()));
  if (!bytes) {
    return plain(409, "the request is forgotten, or its body was not kept whole (64 KiB are)");
  }
  m_hooks.replay(std::move(*bytes));
  return plain(202, "sent again");
}

OwnAnswer OwnPages::listen() {
  OwnAnswer answer;
  answer.feed = std::make_shared<EventFeed>();
  answer.feed->push("hello", m_hooks.session());
  m_feeds.push_back(answer.feed);
  return answer;
}

void OwnPages::tell(std::string_view event, std::string_view data) {
  std::erase_if(m_feeds, [](const auto& weak) {
    const auto feed = weak.lock();
    return !feed || feed->ended();
  });
  for (const auto& weak : m_feeds) {
    if (const auto feed = weak.lock()) {
      feed->push(event, data);
    }
  }
}

} // namespace pyw::devserver

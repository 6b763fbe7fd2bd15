#include <devserver/journal.hpp>
#include <devserver/own_pages.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::devserver;
using nlohmann::json;

namespace {

const Journal::Now now{std::chrono::seconds(1000)};

RequestRecord request(const std::string& ray, const std::string& body = "") {
  RequestRecord record;
  record.ray = ray;
  record.method = "POST";
  record.target = "/items?q=1";
  record.received = now;
  record.request_fields = {
      {"Host", "localhost:8787"}, {"Content-Length", "3"}, {"Connection", "keep-alive"}, {"Cookie", "a=b"}};
  record.request_body = body;
  record.request_size = body.size();
  return record;
}

} // namespace

TEST_CASE("a request is listed when it begins and completed when it ends") {
  Journal journal;
  auto record = request("a1", "abc");
  journal.begin(record);
  CHECK_FALSE(json::parse(journal.requests()).at(0).at("ended"));
  record.status = 201;
  record.held = std::chrono::microseconds(1500);
  record.duration = std::chrono::microseconds(12000);
  const auto line = json::parse(journal.end(record));
  CHECK(line.at("status") == 201);
  CHECK(line.at("held") == 1.5);
  CHECK(line.at("total") == 12.0);
  CHECK(json::parse(journal.requests()).size() == 1);
  const auto whole = json::parse(journal.request("a1").value());
  CHECK(whole.at("body") == "abc");
  CHECK(whole.at("requestFields").at(3) == json{"Cookie", "a=b"});
  CHECK(whole.at("replayable"));
  CHECK_FALSE(journal.request("unknown"));
}

TEST_CASE("what a handler logged goes to its request; other events stand for themselves") {
  Journal journal;
  journal.begin(request("a1"));
  const runtime::Invocation fetch{
      "fetch", "GET /", "ok", "a1", 3, 1, R"([{"level":"log","text":"hi","time":5}])"};
  CHECK(json::parse(journal.add(fetch, now).value()).at("invocation").at("logs").at(0).at("text") == "hi");
  CHECK(json::parse(journal.requests()).size() == 1);
  const runtime::Invocation own{"fetch", "GET http://start/", "ok", "", 3, 1, "[]"};
  CHECK_FALSE(journal.add(own, now));
  const runtime::Invocation cron{"scheduled", "* * * * *", "exception", "", 3, 1, "[]"};
  const auto event = json::parse(journal.add(cron, now).value());
  CHECK(event.at("method") == "");
  CHECK(event.at("invocation").at("what") == "* * * * *");
  CHECK(journal.request(event.at("ray").get<std::string>()));
  CHECK_FALSE(journal.again(event.at("ray").get<std::string>()));
  CHECK(json::parse(journal.requests()).size() == 2);
}

TEST_CASE("a request is sent again as it came, but for what belongs to its connection") {
  Journal journal;
  journal.begin(request("a1", "abc"));
  CHECK(journal.again("a1") == "POST /items?q=1 HTTP/1.1\r\nHost: localhost:8787\r\nCookie: a=b\r\n"
                               "Content-Length: 3\r\nConnection: close\r\n\r\nabc");
  auto large = request("a2", std::string(most_body_kept, 'x'));
  large.request_size += 1;
  journal.begin(large);
  CHECK_FALSE(journal.again("a2"));
  CHECK_FALSE(json::parse(journal.request("a2").value()).at("replayable"));
}

TEST_CASE("old things are forgotten, bytes that are no text do not stop anything") {
  Journal journal;
  for (int number = 0; number < 500; ++number) {
    journal.begin(request(std::to_string(number), "\xff\xfe"));
    journal.failure(std::to_string(number), "{}");
    journal.log(Severity::error, "\xff", now);
  }
  CHECK(json::parse(journal.requests()).size() == 200);
  CHECK_FALSE(journal.request("299"));
  CHECK(journal.request("300"));
  CHECK_FALSE(journal.failure("479"));
  CHECK(journal.failure("480"));
  CHECK(json::parse(journal.logs()).at(0).at("text") == "\xef\xbf\xbd");
}

TEST_CASE("pages, their parts and what they ask for") {
  Journal journal;
  journal.begin(request("a1", "abc"));
  std::string sent;
  int restarts = 0;
  PagesHooks hooks;
  hooks.session = [] { return R"({"name":"app"})"; };
  hooks.replay = [&](std::string bytes) { sent = std::move(bytes); };
  hooks.restart = [&] { ++restarts; };
  OwnPages pages(journal, hooks);
  const auto ask = [&](const char* method, const char* path) { return pages.answer({method, path, "", ""}); };

  CHECK(ask("GET", "/cdn-cgi/pyw").location == "/cdn-cgi/pyw/");
  CHECK(ask("GET", "/cdn-cgi/pyw/").content_type.starts_with("text/html"));
  CHECK(ask("GET", "/cdn-cgi/pyw/dashboard.js").content_type.starts_with("text/javascript"));
  CHECK(ask("GET", "/cdn-cgi/pyw/../secret").status == 404);
  CHECK(ask("GET", "/cdn-cgi/pyw/dev/session").body == R"({"name":"app"})");
  CHECK(ask("GET", "/cdn-cgi/pyw/dev/requests/zz").status == 404);
  CHECK(ask("GET", "/cdn-cgi/pyw/dev/requests/a1/replay").status == 405);
  CHECK(ask("POST", "/cdn-cgi/pyw/dev/requests/zz/replay").status == 409);
  CHECK(sent.empty());
  CHECK(ask("POST", "/cdn-cgi/pyw/dev/requests/a1/replay").status == 202);
  CHECK(sent.ends_with("abc"));
  CHECK(ask("GET", "/cdn-cgi/pyw/dev/restart").status == 405);
  CHECK(restarts == 0);
  CHECK(ask("POST", "/cdn-cgi/pyw/dev/restart").status == 202);
  CHECK(restarts == 1);

  auto events = ask("GET", "/cdn-cgi/pyw/events");
  REQUIRE(events.feed);
  CHECK(events.feed->take() == "event: hello\ndata: {\"name\":\"app\"}\n\n");
  pages.tell("reloaded", "{}");
  CHECK(events.feed->take() == "event: reloaded\ndata: {}\n\n");
  events.feed->end();
  pages.tell("reloaded", "{}");
  CHECK(events.feed->take().empty());
}

#include <base/memory_reporter.hpp>
#include <net/offline.hpp>
#include <net/retry.hpp>
#include <support/catch.hpp>

#include <deque>

using namespace pyw;
using namespace pyw::net;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Gives the answers it was given, in turn.
class ScriptedClient final : public HttpClient {
public:
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest&, const TransferProgress&) override {
    ++sent;
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  [[nodiscard]] Result<void> download(std::vector<Download>) override { return {}; }

  std::deque<Result<HttpResponse>> answers;
  int sent = 0;
};

HttpResponse status(int code, HttpHeaders headers = {}) {
  return {code, std::move(headers), ""};
}

Error broken(bool transient) {
  auto error = user_error("the connection broke");
  error.transient = transient;
  return error;
}

} // namespace

TEST_CASE("the delay doubles up to a limit, and is spread over its upper half") {
  const RetryPolicy policy;
  CHECK(back_off(policy, 1, 1.0) == milliseconds(500));
  CHECK(back_off(policy, 1, 0.0) == milliseconds(250));
  CHECK(back_off(policy, 3, 1.0) == milliseconds(2000));
  CHECK(back_off(policy, 3, 0.5) == milliseconds(1500));
  CHECK(back_off(policy, 60, 1.0) == milliseconds(10'000));
}

TEST_CASE("Retry-After is understood as seconds and as a date") {
  const auto now = std::chrono::system_clock::from_time_t(784'111'767); // Sun, 06 Nov 1994 08:49:27 GMT
  CHECK(retry_after(status(503, {{"retry-after", " 120 "}}), now) == seconds(120));
  CHECK(retry_after(status(503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}), now) == seconds(10));
  CHECK(retry_after(status(503, {{"Retry-After", "Sun, 06 Nov 1994 08:49:07 GMT"}}), now) == seconds(0));
  CHECK(retry_after(status(503), now) == std::nullopt);
  CHECK(retry_after(status(503, {{"Retry-After", "soon"}}), now) == std::nullopt);
  CHECK(retry_after(status(503, {{"Retry-After", "-5"}}), now) == std::nullopt);
}

TEST_CASE("send_with_retry") {
  ScriptedClient http;
  ManualClock clock;
  MemoryReporter reporter;
  const auto started = clock.monotonic();
  HttpRequest request;
  request.url = "http://user:secret@example.invalid/thing?token=secret";

  SECTION("tries again after transient answers and failures") {
    http.answers = {status(503), failure(broken(true)), status(200)};
    CHECK(send_with_retry(http, clock, reporter, request).value().status == 200);
    CHECK(http.sent == 3);
    CHECK(clock.monotonic() - started >= milliseconds(250 + 500));
    REQUIRE(reporter.verbose_lines.size() == 2);
    CHECK(reporter.verbose_lines[0].find("GET http://example.invalid/thing?…: status 503") == 0);
    CHECK(reporter.verbose_lines[0].find("secret") == std::string::npos);
  }
  SECTION("waits as long as the server asks") {
    http.answers = {status(429, {{"Retry-After", "30"}}), status(200)};
    CHECK(send_with_retry(http, clock, reporter, request).value().status == 200);
    CHECK(clock.monotonic() - started == seconds(30));
  }
  SECTION("does not wait for a server that asks for too much") {
    http.answers = {status(429, {{"Retry-After", "3600"}})};
    CHECK(send_with_retry(http, clock, reporter, request).value().status == 429);
  }
  SECTION("does not try again what will not change") {
    http.answers = {failure(broken(false))};
    CHECK_FALSE(send_with_retry(http, clock, reporter, request));
    http.answers = {status(404)};
    CHECK(send_with_retry(http, clock, reporter, request).value().status == 404);
    CHECK(http.sent == 2);
  }
  SECTION("gives up after the last try") {
    http.answers = {status(500), status(500), status(500), status(502)};
    CHECK(send_with_retry(http, clock, reporter, request).value().status == 502);
    CHECK(http.sent == 4);
  }
  SECTION("starts a streamed body again") {
    int rewound = 0;
    request.body_stream = HttpBodyStream{0, {}, [&rewound] { ++rewound; }};
    http.answers = {status(500), status(200)};
    REQUIRE(send_with_retry(http, clock, reporter, request));
    CHECK(rewound == 1);
  }
}

TEST_CASE("the offline client refuses and names what was wanted, without secrets") {
  OfflineClient http;
  HttpRequest request;
  request.url = "http://user:secret@example.invalid/thing?token=secret";
  const auto answer = http.send(request, {});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message() == "`--offline` forbids the request to `http://example.invalid/thing?…`");
  CHECK_FALSE(answer.error().transient);
  CHECK_FALSE(http.download({{request, "/file"}}));
  CHECK(http.download({}));
  CHECK(http.is_offline());
}

TEST_CASE("the offline client lets requests through that stay on this machine") {
  ScriptedClient inner;
  inner.answers = {status(200)};
  OfflineClient http(inner);
  HttpRequest request;
  request.url = "http://localhost/thing";
  CHECK_FALSE(http.send(request, {}));
  request.connection.reach = Reach::this_machine;
  CHECK(http.send(request, {}).value().status == 200);
  CHECK(inner.sent == 1);
}

#include "fake_api.hpp"

#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::cloud;
using namespace pyw::test;

namespace {

Call retried() {
  auto call = get("/x");
  call.method = "POST";
  call.retry = Retry::yes;
  return call;
}

long seconds(const FakeWorld& fake) {
  return static_cast<long>(
      std::chrono::duration_cast<std::chrono::seconds>(fake.clock.monotonic().time_since_epoch()).count());
}

} // namespace

TEST_CASE("a call carries the token, and its query is escaped as a form's") {
  FakeWorld fake;
  fake.http.answers.push_back(good(R"({"a":1})"));
  const auto answer = fake.api.call(get("/accounts/1/x", {{"name", "a b/é"}, {"p", "1"}}));
  REQUIRE(answer);
  CHECK((*answer)["a"] == 1);
  REQUIRE(fake.http.requests.size() == 1);
  CHECK(fake.http.requests[0].url == "http://api.test/v4/accounts/1/x?name=a+b%2F%C3%A9&p=1");
  CHECK(fake.http.requests[0].bearer_token->reveal() == "tok-en");
  for (const auto& line : fake.reporter.verbose_lines) {
    CHECK(line.find("tok-en") == std::string::npos);
  }
}

TEST_CASE("204 without a body is an empty result") {
  FakeWorld fake;
  fake.http.answers.push_back(answer(204, ""));
  CHECK(fake.api.call(get("/x")) == Json::object());
}

TEST_CASE("what is retried") {
  FakeWorld fake;
  const auto start = seconds(fake);
  SECTION("a 5xx: three attempts, after 0 s and 1 s") {
    fake.http.answers = {refusal(502, 1), refusal(502, 1), good("{}")};
    CHECK(fake.api.call(retried()));
    CHECK(seconds(fake) - start == 1);
  }
  SECTION("not for ever") {
    fake.http.answers = {refusal(500, 1), refusal(500, 1), refusal(500, 1), good("{}")};
    CHECK_FALSE(fake.api.call(retried()));
    CHECK(fake.http.requests.size() == 3);
  }
  SECTION("429 waits as long as it is told") {
    fake.http.answers = {refusal(429, 1, {{"Retry-After", "7"}}), good("{}")};
    CHECK(fake.api.call(retried()));
    CHECK(seconds(fake) - start == 7);
  }
  SECTION("but not longer than a minute") {
    fake.http.answers = {refusal(429, 1, {{"Retry-After", "61"}}), good("{}")};
    const auto failed = fake.api.call(retried());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().retry_after == std::chrono::seconds(61));
    CHECK(fake.http.requests.size() == 1);
  }
  SECTION("429 without a time waits a second") {
    fake.http.answers = {refusal(429, 1), good("{}")};
    CHECK(fake.api.call(retried()));
    CHECK(seconds(fake) - start == 1);
  }
  SECTION("a malformed answer with a 5xx") {
    fake.http.answers = {answer(502, "<html>"), good("{}")};
    CHECK(fake.api.call(retried()));
  }
  SECTION("no 4xx") {
    fake.http.answers = {refusal(400, 1), good("{}")};
    CHECK_FALSE(fake.api.call(retried()));
    CHECK(fake.http.requests.size() == 1);
  }
  SECTION("a GET that got no answer, always") {
    fake.http.answers = {failure(user_error("cut")), good("{}")};
    CHECK(fake.api.call(get("/x")));
  }
  SECTION("but no other call that may have been done") {
    fake.http.answers = {failure(user_error("cut")), good("{}")};
    CHECK_FALSE(fake.api.call(with_json("PATCH", "/x", Json::object())));
  }
}

TEST_CASE("a failure says what was asked, what was answered and what to do") {
  FakeWorld fake;
  fake.http.answers.push_back(answer(
      404,
      R"({"success":false,"errors":[{"code":10007,"message":"gone","error_chain":[{"code":1,"message":"why"}]}]})"));
  const auto failed = fake.api.call(get("/accounts/1/x"));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().is_worker_not_found());
  const auto error = to_error(failed.error());
  CHECK(error.message() == "the Cloudflare API refused GET /accounts/1/x (status 404)\n"
                           "  gone [code: 10007]\n    - why [code: 1]");
  CHECK(error.diagnostics[0].hints.size() == 1);
}

TEST_CASE("lists are read page by page") {
  FakeWorld fake;
  fake.http.answers = {
      answer(200, R"({"success":true,"result":[1,2],"result_info":{"page":1,"per_page":2,"total_count":3}})"),
      answer(200, R"({"success":true,"result":[3],"result_info":{"page":2,"per_page":2,"total_count":3}})")};
  CHECK(fake.api.paged(get("/x")) == Json({1, 2, 3}));
  CHECK(fake.http.requests[1].url == "http://api.test/v4/x?page=2");
}

TEST_CASE("a list whose server has gone is given up, whichever page it was at") {
  FakeWorld fake;
  for (int page = 1; page <= 2; ++page) {
    fake.http.requests.clear();
    fake.http.answers.clear();
    if (page == 2) {
      fake.http.answers.push_back(answer(
          200, R"({"success":true,"result":[1],"result_info":{"page":1,"per_page":1,"total_count":2}})"));
    }
    for (int failures = 0; failures < 3; ++failures) {
      fake.http.answers.push_back(refusal(503, 1));
    }
    auto call = get("/x");
    call.retry = Retry::yes;
    CHECK_FALSE(fake.api.paged(call));
    CHECK(fake.http.requests.size() == static_cast<std::size_t>(page + 2)); // three times each
  }
}

TEST_CASE("a token with a character that no token has is refused before it is sent") {
  MemoryFileSystem files;
  const Environment environment(std::map<std::string, std::string>{{"CLOUDFLARE_API_TOKEN", "abc…"}});
  CHECK_FALSE(require_credentials(environment, files));
}

#include <cloud/tail.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw::cloud;

TEST_CASE("what a tail asks for") {
  TailFilters filters;
  CHECK(filters_json(filters).dump() == R"({"filters":[]})");
  filters.sampling_rate = 0.25;
  filters.statuses = {"ok", "error", "ok"};
  filters.methods = {"GET", "POST"};
  filters.header = "X-Kind: a:b ";
  filters.addresses = {"self", "::1"};
  filters.search = "needle";
  filters.version = "v1";
  CHECK(
      filters_json(filters).dump() ==
      R"({"filters":[{"sampling_rate":0.25},{"outcome":["ok","exception","exceededCpu","exceededMemory","unknown"]},)"
      R"({"method":["GET","POST"]},{"header":{"key":"X-Kind","query":"a:b"}},{"client_ip":["self","::1"]},)"
      R"({"query":"needle"},{"scriptVersion":"v1"}]})");
  TailFilters bare;
  bare.header = " X-Kind ";
  CHECK(filters_json(bare).dump() == R"({"filters":[{"header":{"key":"X-Kind"}}]})");
}

namespace {

std::string described(const char* event) {
  std::string out;
  for (const auto& line : describe_event(Json::parse(event))) {
    out += line + "\n";
  }
  return out;
}

} // namespace

TEST_CASE("events in words") {
  CHECK(
      described(
          R"({"outcome":"ok","eventTimestamp":1767225600000,"logs":[{"level":"log","message":["a",{"b":1}]},)"
          R"({"level":"error","message":["two\nlines"]}],"exceptions":[],"event":{"request":{"method":"GET","url":"https://x/"}}})") ==
      "2026-01-01T00:00:00.000Z  GET https://x/ - ok\n  (log) a {\"b\":1}\n  (error) two\n    lines\n");
  CHECK(
      described(
          R"({"outcome":"exceededCpu","eventTimestamp":0,"event":{"cron":"* * * * *","scheduledTime":1000}})") ==
      "1970-01-01T00:00:00.000Z  cron \"* * * * *\" of 1970-01-01T00:00:01.000Z - CPU limit exceeded\n");
  CHECK(
      described(
          R"({"outcome":"exception","eventTimestamp":0,"event":{"queue":"jobs","batchSize":1},"exceptions":)"
          R"([{"name":"Error","message":"no","stack":"at x\nat y"}]})") ==
      "1970-01-01T00:00:00.000Z  queue jobs, 1 message - exception\n  Error: no\n    at x\n    at y\n");
  CHECK(described(R"({"outcome":"ok","eventTimestamp":0,"entrypoint":"Api","event":{"rpcMethod":"add"}})") ==
        "1970-01-01T00:00:00.000Z  call of Api.add - ok\n");
  CHECK(described(R"({"event":{"type":"overload","message":"too many events"}})") == "too many events\n");
  CHECK(described(R"({"outcome":"new","eventTimestamp":0,"event":null})") ==
        "1970-01-01T00:00:00.000Z  event - outcome unknown\n");
}

TEST_CASE("what a Worker writes cannot command the terminal") {
  const auto text = described("{\"outcome\":\"ok\",\"eventTimestamp\":0,\"event\":null,\"logs\":[{\"level\":"
                              "\"log\",\"message\":[\"\\u001b[2J\\u009b31m\\tok\"]}]}");
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\\u001b[2J\\u009b31m\tok") != std::string::npos);
}

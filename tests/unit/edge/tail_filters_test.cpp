#include <edge/tail_filters.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

const Json request_event = Json::parse(R"({
  "outcome": "ok", "scriptVersion": {"id": "one"},
  "event": {"request": {"method": "POST", "url": "http://shop.example/x",
            "headers": {"cf-connecting-ip": "192.0.2.7", "X-Shop": "green tea"}}, "response": {"status": 200}},
  "logs": [{"level": "log", "message": ["paid", {"cents": 250}]}], "exceptions": []})");
const Json cron_event =
    Json::parse(R"({"outcome": "exception", "event": {"cron": "* * * * *"}, "logs": [], "exceptions": []})");

/// By which filter the event is left out; "" when it is sent.
std::string left_out_by(const char* filters, const Json& event, double chance = 0.5) {
  const auto read = read_tail_filters({{"filters", Json::parse(filters)}}, "192.0.2.7");
  REQUIRE(read);
  return std::string(filtered_by(*read, event, chance).value_or(""));
}

std::string refusal(const char* body) {
  const auto read = read_tail_filters(Json::parse(body), "192.0.2.7");
  REQUIRE_FALSE(read);
  return std::string(read.error().message());
}

} // namespace

TEST_CASE("without filters everything is sent") {
  CHECK(left_out_by("[]", request_event) == "");
  CHECK(left_out_by("[]", cron_event) == "");
  for (const auto* body : {"null", "{}", "[]", R"({"filters": []})"}) {
    CHECK(read_tail_filters(Json::parse(body), ""));
  }
  CHECK(read_tail_filters(Json::parse("no JSON", nullptr, false), "")); // an empty body
}

TEST_CASE("each filter leaves out what does not fit it") {
  CHECK(left_out_by(R"([{"outcome": ["ok", "canceled"]}])", request_event) == "");
  CHECK(left_out_by(R"([{"outcome": ["ok", "canceled"]}])", cron_event) == "outcome");
  CHECK(left_out_by(R"([{"method": ["GET", "post"]}])", request_event) == "");
  CHECK(left_out_by(R"([{"method": ["GET"]}])", request_event) == "method");
  CHECK(left_out_by(R"([{"method": ["GET"]}])", cron_event) == "method");
  CHECK(left_out_by(R"([{"header": {"key": "x-shop"}}])", request_event) == "");
  CHECK(left_out_by(R"([{"header": {"key": "x-shop", "query": "tea"}}])", request_event) == "");
  CHECK(left_out_by(R"([{"header": {"key": "x-shop", "query": "coffee"}}])", request_event) == "header");
  CHECK(left_out_by(R"([{"header": {"key": "x-other"}}])", request_event) == "header");
  CHECK(left_out_by(R"([{"header": {"key": "x-shop"}}])", cron_event) == "header");
  CHECK(left_out_by(R"([{"client_ip": ["198.51.100.1", "self"]}])", request_event) == "");
  CHECK(left_out_by(R"([{"client_ip": ["198.51.100.1"]}])", request_event) == "client_ip");
  CHECK(left_out_by(R"([{"query": "pai"}])", request_event) == "");
  CHECK(left_out_by(R"([{"query": "250"}])", request_event) == ""); // within an object that was logged
  CHECK(left_out_by(R"([{"query": "shop.example"}])", request_event) == "query");
  CHECK(left_out_by(R"([{"scriptVersion": "one"}])", request_event) == "");
  CHECK(left_out_by(R"([{"scriptVersion": "two"}])", request_event) == "scriptVersion");
  CHECK(left_out_by(R"([{"sampling_rate": 0.25}])", request_event, 0.2) == "");
  CHECK(left_out_by(R"([{"sampling_rate": 0.25}])", request_event, 0.25) == "sampling_rate");
}

TEST_CASE("a run has to fit all filters") {
  CHECK(left_out_by(R"([{"outcome": ["ok"]}, {"method": ["POST"]}, {"query": "paid"}])", request_event) ==
        "");
  CHECK(left_out_by(R"([{"outcome": ["ok"]}, {"method": ["PUT"]}])", request_event) == "method");
  CHECK(left_out_by(R"([{"query": "paid"}, {"query": "lost"}])", request_event) == "query");
}

TEST_CASE("an event of any shape is no trouble") {
  for (const auto* text : {R"({})",
                           R"({"event": 1, "logs": 2})",
                           R"({"event": {"request": []}, "logs": [1, {"message": 3}]})"}) {
    CHECK(left_out_by(R"([{"header": {"key": "x"}}])", Json::parse(text)) == "header");
    CHECK(left_out_by(R"([{"query": "x"}])", Json::parse(text)) == "query");
    CHECK(left_out_by(R"([{"scriptVersion": "x"}])", Json::parse(text)) == "scriptVersion");
  }
}

TEST_CASE("filters that are none are refused by name") {
  CHECK(refusal(R"({"filters": 1})") == "`filters` takes a list of objects");
  CHECK(refusal(R"({"filters": ["ok"]})") == "`filters` takes a list of objects");
  CHECK(refusal(R"({"filters": [{"colour": "red"}]})") == "there is no filter `colour`");
  CHECK(refusal(R"({"filters": [{"sampling_rate": 2}]})") ==
        "the filter `sampling_rate` takes a number between 0 and 1");
  CHECK(refusal(R"({"filters": [{"outcome": "ok"}]})") == "the filter `outcome` takes a list of texts");
  CHECK(refusal(R"({"filters": [{"method": [1]}]})") == "the filter `method` takes a list of texts");
  CHECK(refusal(R"({"filters": [{"header": "x"}]})") ==
        "the filter `header` takes an object with `key` and, if wanted, `query`");
  CHECK(refusal(R"({"filters": [{"query": ["x"]}]})") == "the filter `query` takes a text");
}

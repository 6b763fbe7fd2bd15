#include <edge/queue_messages.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

std::string text_of(const QueueRequest& request) {
  const auto* problem = std::get_if<Problem>(&request);
  return problem != nullptr ? std::to_string(problem->code) : std::get<Json>(request).dump();
}

Json parsed(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

const Json puller = Json::parse(R"({"type":"http_pull","dead_letter_queue":"dead",
    "settings":{"batch_size":7,"visibility_timeout_ms":9000,"max_retries":2,"retry_delay":11}})");

} // namespace

TEST_CASE("a message is JSON unless it says otherwise, and keeps the order of its keys") {
  const auto sent = [](const std::string& body) { return text_of(message_to_send(parsed(body))); };
  CHECK(sent(R"({"body":{"z":1,"a":[null]}})") ==
        R"({"messages":[{"body":{"z":1,"a":[null]},"content_type":"json"}]})");
  CHECK(sent(R"({"body":null,"content_type":null,"delay_seconds":null})") ==
        R"({"messages":[{"body":null,"content_type":"json"}]})");
  CHECK(sent(R"({"body":"x","content_type":"text","delay_seconds":86400})") ==
        R"({"messages":[{"body":"x","content_type":"text","delay_seconds":86400}]})");
  CHECK(sent(R"({"body":1,"content_type":"text"})") == "10203");
  CHECK(sent(R"({"body":"x","content_type":"v8"})") == "10203");
  CHECK(sent(R"({"body":1,"delay_seconds":86401})") == "10203");
  CHECK(sent(R"({"body":1,"delay_seconds":-1})") == "10203");
  CHECK(sent(R"({"body":1,"delay_seconds":1.5})") == "10203");
  CHECK(sent("{}") == "10207");
  CHECK(sent("[]") == "10207");
  CHECK(sent("{") == "10208");
}

TEST_CASE("a batch has 1 to 100 messages") {
  const auto sent = [](const Json& body) { return text_of(messages_to_send(body)); };
  CHECK(
      sent(parsed(R"({"messages":[{"body":1},{"body":"a","content_type":"bytes"}],"delay_seconds":5})")) ==
      R"({"messages":[{"body":1,"content_type":"json"},{"body":"a","content_type":"bytes"}],"delay_seconds":5})");
  CHECK(sent(parsed(R"({"messages":[]})")) == "10206");
  CHECK(sent({{"messages", Json::array_t(101, parsed(R"({"body":1})"))}}) == "10206");
  CHECK(sent({{"messages", Json::array_t(100, parsed(R"({"body":1})"))}}).size() > 100);
  CHECK(sent(parsed(R"({"messages":[{"body":1}],"delay_seconds":86401})")) == "10202");
  CHECK(sent(parsed(R"({"messages":[1]})")) == "10207");
  CHECK(sent(parsed(R"({"messages":{"body":1}})")) == "10207");
  CHECK(sent(parsed(R"({"body":1})")) == "10207");
}

TEST_CASE("a pull takes from its consumer what it leaves open") {
  const auto wanted = [](const std::string& body, const Json& consumer) {
    return text_of(pull_wanted(parsed(body), consumer));
  };
  const std::string of_puller =
      R"("consumer":{"max_retries":2,"retry_delay":11,"dead_letter_queue":"dead"}})";
  CHECK(wanted("{}", puller) == R"({"batch_size":7,"visibility_timeout_ms":9000,)" + of_puller);
  CHECK(wanted(R"({"batch_size":100,"visibility_timeout_ms":0})", puller) ==
        R"({"batch_size":100,"visibility_timeout_ms":0,)" + of_puller);
  CHECK(wanted(R"({"visibility_timeout":43200000})", puller) ==
        R"({"batch_size":7,"visibility_timeout_ms":43200000,)" + of_puller);
  CHECK(wanted("{}", parsed(R"({"type":"http_pull"})")) ==
        R"({"batch_size":5,"visibility_timeout_ms":30000,)"
        R"("consumer":{"max_retries":3,"retry_delay":0,"dead_letter_queue":""}})");
  CHECK(wanted(R"({"batch_size":0})", puller) == "10207");
  CHECK(wanted(R"({"batch_size":101})", puller) == "10207");
  CHECK(wanted(R"({"batch_size":18446744073709551615})", puller) == "10207");
  CHECK(wanted(R"({"visibility_timeout_ms":43200001})", puller) == "10207");
  CHECK(wanted(R"({"visibility_timeout_ms":"1"})", puller) == "10207");
  CHECK(wanted("", puller) == "10208");
}

TEST_CASE("leases are acknowledged or given back, each with a delay of its own") {
  const auto settled = [](const std::string& body) {
    return text_of(leases_to_settle(parsed(body), puller));
  };
  CHECK(
      settled(
          R"({"acks":[{"lease_id":"a"}],"retries":[{"lease_id":"b"},{"lease_id":"c","delay_seconds":4}]})") ==
      R"({"acks":["a"],"retries":[{"lease":"b"},{"lease":"c","delay":4}],)"
      R"("consumer":{"max_retries":2,"retry_delay":11,"dead_letter_queue":"dead"}})");
  CHECK(settled("{}").starts_with(R"({"acks":[],"retries":[],)"));
  CHECK(settled(R"({"acks":{"lease_id":"a"}})") == "10207");
  CHECK(settled(R"({"acks":[{"lease_id":1}]})") == "10207");
  CHECK(settled(R"({"retries":["b"]})") == "10207");
  CHECK(settled(R"({"retries":[{"lease_id":"b","delay_seconds":86401}]})") == "10207");
}

TEST_CASE("a consumer's settings are numbers within production's limits") {
  CHECK_FALSE(pull_settings_problem(puller["settings"]));
  CHECK_FALSE(pull_settings_problem(parsed(R"({"batch_size":null,"unknown":"x"})")));
  for (const auto* bad : {R"({"batch_size":101})",
                          R"({"visibility_timeout_ms":43200001})",
                          R"({"max_retries":101})",
                          R"({"retry_delay":"x"})"}) {
    INFO(bad);
    CHECK(pull_settings_problem(parsed(bad)));
  }
}

#include <edge/queue_messages.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>

namespace pyw::edge {

namespace {

constexpr std::int64_t longest_lease_ms = 43'200'000; // 12 hours
constexpr std::int64_t most_messages = 100;
constexpr std::int64_t most_retries = 100;

constexpr int invalid_delay = 10202;
constexpr int invalid_message = 10203;
constexpr int invalid_count = 10206;
constexpr int invalid_schema = 10207;
constexpr int invalid_json = 10208;

struct NumberRange {
  const char* key;
  std::int64_t least;
  std::int64_t most;
  std::int64_t otherwise;
};

// The defaults are those of pull consumers (docs/…/queues/configuration/pull-consumers/).
constexpr NumberRange pull_size{"batch_size", 1, most_messages, 5};
constexpr NumberRange lease_time{"visibility_timeout_ms", 0, longest_lease_ms, 30'000};
constexpr NumberRange retry_count{"max_retries", 0, most_retries, 3};
constexpr NumberRange retry_wait{"retry_delay", 0, longest_delay_s, 0};

bool has_value(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && !object[key].is_null();
}

std::optional<Problem> range_problem(const Json& object, const NumberRange& range, int code) {
  if (!has_value(object, range.key)) {
    return std::nullopt;
  }
  const auto& value = object[range.key];
  const bool is_good = value.is_number_integer() && value.get<double>() >= static_cast<double>(range.least) &&
                       value.get<double>() <= static_cast<double>(range.most);
  if (is_good) {
    return std::nullopt;
  }
  return Problem{
      400, code, fmt::format("`{}` is a whole number from {} to {}", range.key, range.least, range.most)};
}

std::int64_t number_of(const Json& object, const NumberRange& range) {
  return has_value(object, range.key) && object[range.key].is_number_integer()
             ? object[range.key].get<std::int64_t>()
             : range.otherwise;
}

std::optional<Problem> not_an_object(const Json& body) {
  if (body.is_discarded()) {
    return Problem{400, invalid_json, "the body is not JSON"};
  }
  if (!body.is_object()) {
    return Problem{400, invalid_schema, "the body is a JSON object"};
  }
  return std::nullopt;
}

/// Moves the delay over, where there is one.
std::optional<Problem> take_delay(const Json& from, const char* name, Json& to, int code) {
  constexpr NumberRange delay{"delay_seconds", 0, longest_delay_s, 0};
  if (auto problem = range_problem(from, delay, code)) {
    return problem;
  }
  if (has_value(from, delay.key)) {
    to[name] = from[delay.key];
  }
  return std::nullopt;
}

QueueRequest checked_message(const Json& message) {
  if (!message.is_object() || !message.contains("body")) {
    return Problem{400, invalid_schema, "a message has a `body`"};
  }
  const auto type = has_value(message, "content_type") ? message["content_type"] : Json("json");
  if (type != "json" && type != "text" && type != "bytes") {
    return Problem{400, invalid_message, "a message's `content_type` is `json`, `text` or `bytes`"};
  }
  if (type != "json" && !message["body"].is_string()) {
    return Problem{400, invalid_message, "the `body` of a message of text or bytes is a string"};
  }
  Json out{{"body", message["body"]}, {"content_type", type}};
  if (auto problem = take_delay(message, "delay_seconds", out, invalid_message)) {
    return *problem;
  }
  return out;
}

/// What every request about leases carries.
Json consumer_part(const Json& consumer) {
  const auto settings = object_at(consumer, "settings");
  return {{"max_retries", number_of(settings, retry_count)},
          {"retry_delay", number_of(settings, retry_wait)},
          {"dead_letter_queue", text_at(consumer, "dead_letter_queue")}};
}

bool is_list_of_leases(const Json& body, const char* key) {
  if (!has_value(body, key)) {
    return true;
  }
  if (!body[key].is_array()) {
    return false;
  }
  for (const auto& item : body[key]) {
    if (!item.is_object() || !item.contains("lease_id") || !item["lease_id"].is_string()) {
      return false;
    }
  }
  return true;
}

} // namespace

QueueRequest message_to_send(const Json& body) {
  if (auto problem = not_an_object(body)) {
    return *problem;
  }
  auto message = checked_message(body);
  if (const auto* problem = std::get_if<Problem>(&message)) {
    return *problem;
  }
  return Json{{"messages", Json::array({std::get<Json>(message)})}};
}

QueueRequest messages_to_send(const Json& body) {
  if (auto problem = not_an_object(body)) {
    return *problem;
  }
  if (!has_value(body, "messages") || !body["messages"].is_array()) {
    return Problem{400, invalid_schema, "`messages` is a list of messages"};
  }
  const auto& given = body["messages"];
  if (given.empty() || given.size() > most_messages) {
    return Problem{400, invalid_count, fmt::format("a batch has 1 to {} messages", most_messages)};
  }
  Json out{{"messages", Json::array()}};
  if (auto problem = take_delay(body, "delay_seconds", out, invalid_delay)) {
    return *problem;
  }
  for (const auto& item : given) {
    auto message = checked_message(item);
    if (const auto* problem = std::get_if<Problem>(&message)) {
      return *problem;
    }
    out["messages"].push_back(std::move(std::get<Json>(message)));
  }
  return out;
}

QueueRequest pull_wanted(const Json& body, const Json& consumer) {
  if (auto problem = not_an_object(body)) {
    return *problem;
  }
  auto wanted = object_at(consumer, "settings");
  auto given = body;
  if (!has_value(given, lease_time.key) && has_value(given, "visibility_timeout")) {
    given[lease_time.key] = given["visibility_timeout"]; // as older clients call it
  }
  for (const auto& range : {pull_size, lease_time}) {
    if (auto problem = range_problem(given, range, invalid_schema)) {
      return *problem;
    }
    if (has_value(given, range.key)) {
      wanted[range.key] = given[range.key];
    }
  }
  return Json{{"batch_size", number_of(wanted, pull_size)},
              {"visibility_timeout_ms", number_of(wanted, lease_time)},
              {"consumer", consumer_part(consumer)}};
}

QueueRequest leases_to_settle(const Json& body, const Json& consumer) {
  if (auto problem = not_an_object(body)) {
    return *problem;
  }
  if (!is_list_of_leases(body, "acks") || !is_list_of_leases(body, "retries")) {
    return Problem{400, invalid_schema, "`acks` and `retries` are lists of objects with a `lease_id`"};
  }
  Json out{{"acks", Json::array()}, {"retries", Json::array()}, {"consumer", consumer_part(consumer)}};
  for (const auto& item : array_at(body, "acks")) {
    out["acks"].push_back(item["lease_id"]);
  }
  for (const auto& item : array_at(body, "retries")) {
    Json retry{{"lease", item["lease_id"]}};
    if (auto problem = take_delay(item, "delay", retry, invalid_schema)) {
      return *problem;
    }
    out["retries"].push_back(std::move(retry));
  }
  return out;
}

std::optional<Problem> pull_settings_problem(const Json& settings) {
  for (const auto& range : {pull_size, lease_time, retry_count, retry_wait}) {
    if (auto problem = range_problem(settings, range, 11010)) {
      return problem;
    }
  }
  return std::nullopt;
}

} // namespace pyw::edge

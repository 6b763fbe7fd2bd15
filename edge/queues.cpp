// Queues and their consumers: https://developers.cloudflare.com/api/resources/queues/
#include <edge/queue_messages.hpp>
#include <edge/queue_settings.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace pyw::edge {

namespace {

constexpr const char* kind = "queue";
constexpr std::int64_t shortest_retention_s = 60;
constexpr std::int64_t longest_retention_s = 1'209'600; // 14 days

Json consumers_of(const Resource& queue) {
  auto out = Json::array();
  const auto consumer = object_at(Json::parse(queue.document), "consumer");
  if (!consumer.empty()) {
    out.push_back(consumer);
  }
  return out;
}

/// What the process of the account's queues was started with.
bool is_delivered_alike(const Resource& one, const Resource& other) {
  const auto delivered = [](const Resource& queue) {
    const auto consumer = object_at(Json::parse(queue.document), "consumer");
    return Json{{"worker", consumer_of(queue) ? consumer : Json()}, {"delay", delivery_delay(queue)}};
  };
  return delivered(one) == delivered(other);
}

/// Stores it; when it returns, messages go where it says.
std::optional<Outcome> store(Api& api, const Call& call, const Resource& before, const Resource& queue) {
  const auto changed = resources_of(api, call, kind).change(queue);
  if (!changed) {
    return store_problem(changed.error());
  }
  if (!*changed) {
    return no_such_queue();
  }
  if (!is_delivered_alike(before, queue)) {
    api.parts().queues_changed(call.account.id);
  }
  return std::nullopt;
}

Outcome set_consumer(Api& api, const Call& call, Resource queue, Json consumer) {
  auto document = Json::parse(queue.document);
  if (consumer.is_null()) {
    document.erase("consumer");
  } else {
    document["consumer"] = consumer;
  }
  const auto before = queue;
  queue.document = document.dump();
  if (auto failed = store(api, call, before, queue)) {
    return *failed;
  }
  return consumer;
}

std::optional<Problem> worker_settings_problem(const Json& settings) {
  for (const auto* key :
       {"batch_size", "max_retries", "max_wait_time_ms", "max_concurrency", "retry_delay"}) {
    if (settings.contains(key) && !settings[key].is_null() && !settings[key].is_number_unsigned()) {
      return Problem{400, 11010, fmt::format("`settings.{}` is a number", key)};
    }
  }
  return std::nullopt;
}

/// The part of a consumer that names its Worker.
std::variant<Json, Problem> worker_of_consumer(Api& api, const Call& call, const Json& body) {
  const auto script = text_at(body, text_at(body, "script_name").empty() ? "service" : "script_name");
  const auto found = api.parts().records.find_script(call.account.id, script);
  if (!found) {
    return store_problem(found.error());
  }
  if (!*found) {
    return no_such_worker();
  }
  return Json{{"script", script}, {"service", script}, {"environment", "production"}};
}

std::variant<Json, Problem> consumer_from(Api& api, const Call& call, const std::string& id) {
  const auto body = call.json();
  const auto type = text_at(body, "type");
  if (type != "worker" && type != "http_pull") {
    return Problem{
        400,
        11010,
        "a consumer is of the type `worker` or `http_pull`; others are not offered by this server"};
  }
  Json out{{"consumer_id", id}, {"type", type}};
  if (type == "worker") {
    auto worker = worker_of_consumer(api, call, body);
    if (const auto* problem = std::get_if<Problem>(&worker)) {
      return *problem;
    }
    out.update(std::get<Json>(worker));
  }
  const auto dead = text_at(body, "dead_letter_queue");
  if (!dead.empty()) {
    const auto queue = resources_of(api, call, kind).named(dead);
    if (!queue || !*queue) {
      return Problem{404, 11000, fmt::format("the queue `{}` does not exist", dead)};
    }
    out["dead_letter_queue"] = dead;
  }
  const auto settings = object_at(body, "settings");
  if (const auto problem =
          type == "worker" ? worker_settings_problem(settings) : pull_settings_problem(settings)) {
    return *problem;
  }
  out["settings"] = settings;
  out["created_on"] = api.parts().records.now();
  return out;
}

/// `{delivery_delay, delivery_paused, message_retention_period}`, where they are given.
std::optional<Problem> settings_problem(const Json& settings) {
  const auto given = [&](const char* key) { return settings.contains(key) && !settings[key].is_null(); };
  const auto is_within = [&](const char* key, std::int64_t least, std::int64_t most) {
    return settings[key].is_number_integer() && settings[key].get<double>() >= static_cast<double>(least) &&
           settings[key].get<double>() <= static_cast<double>(most);
  };
  if (given("delivery_paused") && !settings["delivery_paused"].is_boolean()) {
    return Problem{400, 11003, "`settings.delivery_paused` is true or false"};
  }
  if (given("delivery_delay") && !is_within("delivery_delay", 0, longest_delay_s)) {
    return Problem{
        400,
        11003,
        fmt::format("`settings.delivery_delay` is a number of seconds, {} at most", longest_delay_s)};
  }
  if (given("message_retention_period") &&
      !is_within("message_retention_period", shortest_retention_s, longest_retention_s)) {
    return Problem{400,
                   11003,
                   fmt::format("`settings.message_retention_period` is a number of seconds from {} to {}",
                               shortest_retention_s,
                               longest_retention_s)};
  }
  return std::nullopt;
}

/// `base`: the settings of which those that are not given stay.
Outcome set_settings(Api& api, const Call& call, const Resource& queue, Json base) {
  const auto body = call.json();
  const auto name = text_at(body, "queue_name");
  if (!name.empty() && name != queue.name) {
    return Problem{400, 11003, "a queue keeps its name on this server"};
  }
  const auto settings = object_at(body, "settings");
  if (const auto problem = settings_problem(settings)) {
    return *problem;
  }
  base.update(settings);
  auto changed = queue;
  auto document = Json::parse(queue.document);
  document["settings"] = base;
  changed.document = document.dump();
  if (auto failed = store(api, call, queue, changed)) {
    return *failed;
  }
  return queue_json(changed);
}

} // namespace

Problem no_such_queue() {
  return {404, 11000, "the queue does not exist"};
}

Json queue_json(const Resource& queue) {
  const auto consumers = consumers_of(queue);
  return {{"queue_id", queue.id},
          {"queue_name", queue.name},
          {"created_on", queue.created},
          {"modified_on", queue.created},
          {"producers", Json::array()},
          {"producers_total_count", 0},
          {"consumers", consumers},
          {"consumers_total_count", consumers.size()},
          {"settings", object_at(Json::parse(queue.document), "settings")}};
}

bool delivery_paused(const Resource& queue) {
  return object_at(Json::parse(queue.document), "settings").value("delivery_paused", Json()) == true;
}

double delivery_delay(const Resource& queue) {
  const auto delay = object_at(Json::parse(queue.document), "settings").value("delivery_delay", Json());
  return delay.is_number() ? delay.get<double>() : 0;
}

std::optional<Json> pull_consumer_of(const Resource& queue) {
  auto consumer = object_at(Json::parse(queue.document), "consumer");
  return text_at(consumer, "type") == "http_pull" ? std::optional(std::move(consumer)) : std::nullopt;
}

std::optional<runtime::AccountConsumer> consumer_of(const Resource& queue) {
  const auto consumer = object_at(Json::parse(queue.document), "consumer");
  if (consumer.empty() || text_at(consumer, "type") == "http_pull" || delivery_paused(queue)) {
    return std::nullopt;
  }
  runtime::AccountConsumer out;
  out.worker = text_at(consumer, "script");
  out.settings.queue = queue.name;
  const auto settings = object_at(consumer, "settings");
  const auto number = [&](const char* key) -> std::optional<std::int64_t> {
    return settings.contains(key) && settings[key].is_number()
               ? std::optional(settings[key].get<std::int64_t>())
               : std::nullopt;
  };
  out.settings.max_batch_size = number("batch_size");
  out.settings.max_retries = number("max_retries");
  out.settings.max_concurrency = number("max_concurrency");
  if (const auto wait = number("max_wait_time_ms")) {
    out.settings.max_batch_timeout = static_cast<double>(*wait) / 1000;
  }
  if (const auto delay = number("retry_delay")) {
    out.settings.retry_delay = static_cast<double>(*delay);
  }
  if (const auto dead = text_at(consumer, "dead_letter_queue"); !dead.empty()) {
    out.settings.dead_letter_queue = dead;
  }
  return out;
}

Outcome list_queues(Api& api, const Call& call) {
  PYW_STORED(const auto all, resources_of(api, call, kind).all());
  std::vector<std::string> wanted;
  for (const auto& [name, value] : call.request.query) {
    if (name == "name") {
      wanted.push_back(value);
    }
  }
  std::vector<Json> items;
  for (const auto& queue : all) {
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), queue.name) != wanted.end()) {
      items.push_back(queue_json(queue));
    }
  }
  return page_of(call, items);
}

Outcome create_queue(Api& api, const Call& call) {
  Resource made{"", text_at(call.json(), "queue_name"), api.parts().records.now()};
  if (!is_resource_name(made.name)) {
    return Problem{400, 11003, "a queue's name has letters, digits, `-`, `_` and `.`, 64 at most"};
  }
  const auto settings = object_at(call.json(), "settings");
  if (const auto problem = settings_problem(settings)) {
    return *problem;
  }
  PYW_STORED(made.id, new_id());
  made.document = Json{{"settings", settings}}.dump();
  PYW_STORED(const bool added, resources_of(api, call, kind).add(made));
  if (!added) {
    return Problem{409, 11009, "Queue name is already taken. Please use a different name."};
  }
  if (delivery_delay(made) > 0) {
    api.parts().queues_changed(call.account.id);
  }
  return queue_json(made);
}

Outcome show_queue(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  return found ? Outcome(queue_json(*found)) : Outcome(no_such_queue());
}

Outcome change_queue(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  return found ? set_settings(api, call, *found, object_at(Json::parse(found->document), "settings"))
               : Outcome(no_such_queue());
}

Outcome replace_queue(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  return found ? set_settings(api, call, *found, Json::object()) : Outcome(no_such_queue());
}

/// First its messages, then its name: another of that name begins empty.
Outcome delete_queue(Api& api, const Call& call) {
  auto records = resources_of(api, call, kind);
  PYW_STORED(const auto found, records.find(call.at("queue")));
  if (!found) {
    return no_such_queue();
  }
  if (auto failed = empty_queue(api, call, *found)) {
    return *failed;
  }
  PYW_STORED_VOID(records.remove(found->id));
  api.parts().queues_changed(call.account.id);
  return Json(nullptr);
}

Outcome list_consumers(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  return found ? Outcome(consumers_of(*found)) : Outcome(no_such_queue());
}

Outcome add_consumer(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  if (!found) {
    return no_such_queue();
  }
  if (!consumers_of(*found).empty()) {
    return Problem{409, 11004, fmt::format("the queue `{}` has a consumer already", found->name)};
  }
  PYW_STORED(const auto id, new_id());
  auto consumer = consumer_from(api, call, id);
  if (const auto* problem = std::get_if<Problem>(&consumer)) {
    return *problem;
  }
  return set_consumer(api, call, *found, std::get<Json>(consumer));
}

Outcome change_consumer(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  if (!found || consumers_of(*found).empty() ||
      text_at(consumers_of(*found)[0], "consumer_id") != call.at("consumer")) {
    return no_such_queue();
  }
  auto consumer = consumer_from(api, call, call.at("consumer"));
  if (const auto* problem = std::get_if<Problem>(&consumer)) {
    return *problem;
  }
  return set_consumer(api, call, *found, std::get<Json>(consumer));
}

Outcome remove_consumer(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, kind).find(call.at("queue")));
  if (!found || consumers_of(*found).empty() ||
      text_at(consumers_of(*found)[0], "consumer_id") != call.at("consumer")) {
    return no_such_queue();
  }
  return set_consumer(api, call, *found, nullptr);
}

} // namespace pyw::edge

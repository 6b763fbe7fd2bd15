// The messages of a queue: https://developers.cloudflare.com/api/resources/queues/subresources/messages/
#include <edge/queue_messages.hpp>
#include <edge/queue_settings.hpp>
#include <runtime/account_queues.hpp>

#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

/// Production's code for a queue that does not deliver, and the words that its documentation promises.
constexpr int delivery_is_paused = 10252;
constexpr int not_the_consumer = 11010;

/// The answer of the account's queues, which is in the API's envelope.
Outcome
asked_of_queue(Api& api, const Call& call, const Resource& queue, const std::string& path, const Json& body) {
  SocketRequest request{"POST", path};
  request.headers.emplace_back(std::string(runtime::store_header), runtime::store_name("queue", queue.name));
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = body.dump();
  PYW_STORED(auto answer, api.parts().ask_queues(call.account.id, request));
  return answer;
}

Outcome passed_on(
    Api& api, const Call& call, const Resource& queue, const std::string& path, const QueueRequest& request) {
  if (const auto* problem = std::get_if<Problem>(&request)) {
    return *problem;
  }
  return asked_of_queue(api, call, queue, path, std::get<Json>(request));
}

std::optional<Problem> no_puller(const Resource& queue) {
  if (pull_consumer_of(queue)) {
    return std::nullopt;
  }
  return Problem{400, not_the_consumer, "the queue has no consumer of the type `http_pull`"};
}

} // namespace

std::optional<Outcome> empty_queue(Api& api, const Call& call, const Resource& queue) {
  auto answer = asked_of_queue(api, call, queue, "/purge", Json::object());
  return answer.status() == 200 ? std::nullopt : std::optional(std::move(answer));
}

Outcome send_message(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  return queue ? passed_on(api, call, *queue, "/send", message_to_send(call.json()))
               : Outcome(no_such_queue());
}

Outcome send_messages(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  return queue ? passed_on(api, call, *queue, "/send", messages_to_send(call.json()))
               : Outcome(no_such_queue());
}

Outcome pull_messages(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  if (!queue) {
    return no_such_queue();
  }
  if (const auto problem = no_puller(*queue)) {
    return *problem;
  }
  if (delivery_paused(*queue)) {
    return Problem{409, delivery_is_paused, "queue_delivery_paused"};
  }
  return passed_on(api, call, *queue, "/pull", pull_wanted(call.json(), *pull_consumer_of(*queue)));
}

/// Also while delivery is paused: for what was pulled before.
Outcome settle_messages(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  if (!queue) {
    return no_such_queue();
  }
  if (const auto problem = no_puller(*queue)) {
    return *problem;
  }
  return passed_on(api, call, *queue, "/settle", leases_to_settle(call.json(), *pull_consumer_of(*queue)));
}

Outcome purge_queue(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  if (!queue) {
    return no_such_queue();
  }
  const auto body = call.json();
  if (!body.is_object() || body.value("delete_messages_permanently", Json()) != true) {
    return Problem{400, 10207, "`delete_messages_permanently` is true, so that nobody does it by mistake"};
  }
  if (auto failed = empty_queue(api, call, *queue)) {
    return *failed;
  }
  return queue_json(*queue);
}

Outcome show_queue_metrics(Api& api, const Call& call) {
  PYW_STORED(const auto queue, resources_of(api, call, "queue").find(call.at("queue")));
  return queue ? asked_of_queue(api, call, *queue, "/backlog", Json::object()) : Outcome(no_such_queue());
}

} // namespace pyw::edge

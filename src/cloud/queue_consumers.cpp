#include <cloud/queue_consumers.hpp>
#include <cloud/remote_state.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::cloud {

namespace {

std::vector<Json> consumers_of(const Json& queue, const std::string& script) {
  std::vector<Json> out;
  const auto all = queue.value("consumers", Json::array());
  for (const auto& consumer : all.is_array() ? all : Json::array()) {
    if (text_at(consumer, "script") == script || text_at(consumer, "service") == script) {
      out.push_back(consumer);
    }
  }
  return out;
}

/// Reads which environment of a service is the default one.
Result<std::string> default_environment(Api& api, const std::string& account, const std::string& script) {
  PYW_TRY_ASSIGN(const auto service, api.require(get(account_path(account) + "/workers/services/" + script)));
  return text_at(service.value("default_environment", Json::object()), "environment");
}

} // namespace

Result<Json> find_queue(Api& api, const std::string& account, const std::string& name) {
  PYW_TRY_ASSIGN(const auto queues,
                 api.require(get(account_path(account) + "/queues", {{"page", "1"}, {"name", name}})));
  if (!queues.is_array() || queues.empty()) {
    return failure(user_error(fmt::format("the queue `{}` does not exist", name),
                              {fmt::format("make it with `pyw queues create {}`", name)}));
  }
  return queues.front();
}

Result<std::string> worker_consumer_id(Api& api,
                                       const std::string& account,
                                       const Json& queue,
                                       const std::string& script,
                                       const std::optional<std::string>& environment) {
  std::vector<Json> found;
  for (auto& consumer : consumers_of(queue, script)) {
    if (text_at(consumer, "type") == "worker") {
      found.push_back(std::move(consumer));
    }
  }
  const auto none = user_error(
      fmt::format("the Worker `{}` does not consume the queue `{}`", script, text_at(queue, "queue_name")));
  if (found.empty()) {
    return failure(none);
  }
  if (found.size() == 1 && text_at(found.front(), "service").empty()) {
    return text_at(found.front(), "consumer_id");
  }
  // Several, or one of a service: the environment decides.
  auto wanted = environment.value_or("");
  if (!environment) {
    PYW_TRY_ASSIGN(wanted, default_environment(api, account, script));
  }
  for (const auto& consumer : found) {
    if (text_at(consumer, "environment") == wanted) {
      return text_at(consumer, "consumer_id");
    }
  }
  return failure(none);
}

Result<void> set_worker_consumer(Api& api,
                                 const std::string& account,
                                 const std::string& queue_name,
                                 const std::string& script,
                                 const Json& body) {
  PYW_TRY_ASSIGN(auto queue, find_queue(api, account, queue_name));
  const bool known = !consumers_of(queue, script).empty();
  PYW_TRY_ASSIGN(queue,
                 find_queue(api, account, queue_name)); // once more: the client looks it up for each step
  auto path = account_path(account) + "/queues/" + text_at(queue, "queue_id") + "/consumers";
  if (known) {
    PYW_TRY_ASSIGN(const auto id, worker_consumer_id(api, account, queue, script));
    path += "/" + id;
  }
  PYW_TRY(api.require(with_json(known ? "PUT" : "POST", path, body)));
  return {};
}

} // namespace pyw::cloud

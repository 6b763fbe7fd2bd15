#include <base/text.hpp>
#include <cloud/live_config.hpp>
#include <cloud/metadata.hpp>
#include <cloud/remote_state.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::cloud {

namespace {

std::string text_or_empty(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

/// `default_environment.script` of a service, or an empty object.
Json script_of(const Json& service) {
  const auto environment = service.is_object() ? service.value("default_environment", Json()) : Json();
  return environment.is_object() ? environment.value("script", Json::object()) : Json::object();
}

void read_script(const Json& script, RemoteState& state) {
  state.worker_tag = text_or_empty(script, "tag");
  state.last_deployed_from = text_or_empty(script, "last_deployed_from");
  if (script.is_object() && script.contains("tags") && script["tags"].is_array()) {
    for (const auto& tag : script["tags"]) {
      state.tags.push_back(tag.is_string() ? tag.get<std::string>() : tag.dump());
    }
  }
  if (const auto tag = text_or_empty(script, "migration_tag"); !tag.empty()) {
    state.migration_tag = tag;
  }
}

Result<void> ask(const Concern& concern, const Decide& decide) {
  return decide(concern) ? Result<void>{}
                         : pyw::failure(user_error("nothing was deployed", {"the live Worker is unchanged"}));
}

/// What was changed in the dashboard and is not in the configuration would be lost; what is only added would
/// not.
Result<void>
check_dashboard_edits(Api& api, const std::string& account, const Worker& worker, const Decide& decide) {
  PYW_TRY_ASSIGN(const auto live, read_live_config(api, account, worker));
  std::string lost;
  for (const auto& change : config_changes(live, worker, upload_metadata(worker, {}))) {
    if (change.kind != ConfigChange::Kind::added) {
      lost += "\n  " + to_text(change);
    }
  }
  if (lost.empty()) {
    return {};
  }
  return ask(
      {Concern::Kind::overwrites,
       fmt::format("`{}` was last edited in the dashboard: this would be overwritten{}", worker.name, lost),
       "deploy over the dashboard's changes?"},
      decide);
}

Result<void> read_service(
    Api& api, const std::string& account, const Worker& worker, RemoteState& state, const Decide& decide) {
  const bool dispatched = worker.dispatch_namespace.has_value();
  const auto path =
      dispatched ? script_path(account, worker) : account_path(account) + "/workers/services/" + worker.name;
  const auto service = api.call(get(path));
  if (!service) {
    const auto& failure = service.error();
    if (!failure.is_worker_not_found() && failure.code != code::dispatched_worker_not_found) {
      return pyw::failure(to_error(failure));
    }
    if (worker.upload == Upload::version) {
      return pyw::failure(user_error(
          fmt::format("the Worker `{}` does not exist yet, so it can have no new version", worker.name),
          {"run `pyw deploy` first"}));
    }
    return {};
  }
  state.exists = true;
  if (dispatched) {
    return {};
  }
  read_script(script_of(*service), state);
  if (state.last_deployed_from == "dash") {
    return check_dashboard_edits(api, account, worker, decide);
  }
  if (state.last_deployed_from == "api") {
    return ask({Concern::Kind::overwrites,
                fmt::format("`{}` was last uploaded by another tool through the API: its code and settings "
                            "will be overwritten",
                            worker.name),
                "deploy over them?"},
               decide);
  }
  return {};
}

/// Kinds whose names the platform's client checks against the live secrets.
bool is_checked_kind(const std::string& type) {
  constexpr std::array<std::string_view, 19> checked{"durable_object_namespace",
                                                     "workflow",
                                                     "d1",
                                                     "kv_namespace",
                                                     "r2_bucket",
                                                     "vectorize",
                                                     "ai_search_namespace",
                                                     "ai_search",
                                                     "agent_memory",
                                                     "service",
                                                     "mtls_certificate",
                                                     "dispatch_namespace",
                                                     "vpc_service",
                                                     "vpc_network",
                                                     "browser",
                                                     "analytics",
                                                     "ai",
                                                     "queue",
                                                     ""};
  return std::find(checked.begin(), checked.end(), type) != checked.end();
}

/// A variable or binding with the name of a secret takes the secret's place.
Result<void> check_secrets(Api& api, const std::string& account, const Worker& worker, const Decide& decide) {
  std::vector<std::string> names;
  for (const auto& variable : worker.project->vars) {
    names.push_back(variable.name);
  }
  for (const auto& binding : worker.bindings.items()) {
    if (is_checked_kind(binding.type)) {
      names.push_back(binding.name);
    }
  }
  if (names.empty()) {
    return {};
  }
  const auto secrets = api.call(get(account_path(account) + "/workers/scripts/" + worker.name + "/secrets"));
  if (!secrets) {
    return secrets.error().is_worker_not_found() ? Result<void>{} : pyw::failure(to_error(secrets.error()));
  }
  std::set<std::string> live;
  for (const auto& secret : secrets->is_array() ? *secrets : Json::array()) {
    live.insert(text_or_empty(secret, "name"));
  }
  std::vector<std::string> clashes;
  std::copy_if(names.begin(), names.end(), std::back_inserter(clashes), [&](const auto& n) {
    return live.count(n) > 0;
  });
  if (!clashes.empty()) {
    return ask({Concern::Kind::overwrites,
                fmt::format("{} {} the name of a live secret: the deployment replaces it for good",
                            listed(clashes),
                            clashes.size() == 1 ? "has" : "each have"),
                "replace the secret?"},
               decide);
  }
  return {};
}

Result<void>
check_workflows(Api& api, const std::string& account, const Worker& worker, const Decide& decide) {
  std::vector<std::string> moves;
  for (const auto& workflow : owned_workflows(worker)) {
    const auto live = api.call(get(account_path(account) + "/workflows/" + workflow.name));
    if (!live) {
      if (live.error().code == code::workflow_not_found) {
        continue;
      }
      return pyw::failure(to_error(live.error()));
    }
    const auto wanted = text_or_empty(*workflow.settings, "jurisdiction");
    if (!wanted.empty() && wanted != text_or_empty(*live, "jurisdiction")) {
      return pyw::failure(user_error(
          fmt::format("the Workflow `{}` exists in another jurisdiction than `{}`", workflow.name, wanted),
          {"a jurisdiction cannot be changed: rename the Workflow, or delete the live one and its "
           "instances"}));
    }
    if (const auto owner = text_or_empty(*live, "script_name"); owner != worker.name) {
      moves.push_back(fmt::format("the Workflow `{}` belongs to the Worker `{}` and will move to `{}`",
                                  workflow.name,
                                  owner,
                                  worker.name));
    }
  }
  return moves.empty() ? Result<void>{}
                       : ask({Concern::Kind::overwrites, join(moves, "\n"), "take them over?"}, decide);
}

std::string default_queue_name(const Worker& worker, const std::string& binding) {
  std::string name = worker.name + "-";
  for (const char c : binding) {
    name += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return name;
}

Result<void> check_queues(Api& api, const std::string& account, const Worker& worker, bool provisions) {
  std::vector<std::string> names;
  std::set<std::string> made_on_the_way;
  for (const auto& producer : worker.project->queue_producers) {
    if (provisions) {
      made_on_the_way.insert(producer.queue.value_or(default_queue_name(worker, producer.binding)));
    } else if (producer.queue) {
      names.push_back(*producer.queue);
    }
  }
  for (const auto& consumer : worker.project->queue_consumers) {
    if (made_on_the_way.count(consumer.queue) == 0) {
      names.push_back(consumer.queue);
    }
  }
  if (names.empty()) {
    return {};
  }
  auto call = get(account_path(account) + "/queues");
  for (const auto& name : names) {
    call.query.emplace_back("name", name);
  }
  const auto queues = api.paged(call);
  if (!queues) {
    return pyw::failure(to_error(queues.error()));
  }
  std::set<std::string> live;
  for (const auto& queue : *queues) {
    live.insert(text_or_empty(queue, "queue_name"));
  }
  for (const auto& name : names) {
    if (live.count(name) == 0) {
      return pyw::failure(user_error(fmt::format("the queue `{}` does not exist", name),
                                     {fmt::format("make it with `pyw queues create {}`", name)}));
    }
  }
  return {};
}

/// A new Worker on workers.dev needs the account's subdomain; to register one is the user's decision.
Result<void>
check_subdomain(Api& api, const std::string& account, const Worker& worker, const RemoteState& state) {
  const bool wanted =
      worker.upload == Upload::deployment && !worker.dispatch_namespace && worker.wants_workers_dev();
  if (state.exists || !wanted) {
    return {};
  }
  const auto subdomain = api.call(get(account_path(account) + "/workers/subdomain"));
  if (subdomain || subdomain.error().code == code::authentication) {
    return {}; // a token that may not read it can still deploy
  }
  if (subdomain.error().code != code::worker_not_found) {
    return pyw::failure(to_error(subdomain.error()));
  }
  return pyw::failure(
      user_error("the account has no workers.dev subdomain yet",
                 {fmt::format("register one at https://dash.cloudflare.com/{}/workers/onboarding", account),
                  "or set `routes`, or `workers_dev = false`, in the wrangler file"}));
}

} // namespace

std::string account_path(const std::string& account) {
  return "/accounts/" + account;
}

std::string script_path(const std::string& account, const Worker& worker) {
  return worker.dispatch_namespace ? fmt::format("{}/workers/dispatch/namespaces/{}/scripts/{}",
                                                 account_path(account),
                                                 *worker.dispatch_namespace,
                                                 worker.name)
                                   : account_path(account) + "/workers/scripts/" + worker.name;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += fmt::format("`{}`", names[i]);
  }
  return out;
}

Result<void> check_queues_exist(Api& api, const std::string& account, const Worker& worker) {
  return check_queues(api, account, worker, false);
}

Result<RemoteState>
preflight(Api& api, const std::string& account, const Worker& worker, bool provisions, const Decide& decide) {
  RemoteState state;
  PYW_TRY(read_service(api, account, worker, state, decide));
  PYW_TRY(check_secrets(api, account, worker, decide));
  PYW_TRY(check_workflows(api, account, worker, decide));
  PYW_TRY(check_queues(api, account, worker, provisions));
  PYW_TRY(check_subdomain(api, account, worker, state));
  return state;
}

Result<void> read_latest_deployment(
    Api& api, const std::string& account, const Worker& worker, RemoteState& state, const Decide& decide) {
  const auto deployments = api.call(get(script_path(account, worker) + "/deployments"));
  if (!deployments) {
    return deployments.error().is_worker_not_found() ? Result<void>{}
                                                     : pyw::failure(to_error(deployments.error()));
  }
  const auto list =
      deployments->is_object() ? deployments->value("deployments", Json::array()) : Json::array();
  if (!list.is_array() || list.empty()) {
    return {};
  }
  state.latest_deployment = std::make_shared<Json>(list.front());
  const auto versions =
      list.front().is_object() ? list.front().value("versions", Json::array()) : Json::array();
  if (versions.size() < 2) {
    return {};
  }
  std::vector<std::string> shares;
  for (const auto& version : versions) {
    const auto id = text_or_empty(version, "version_id");
    // The client shows the versions of a split deployment before it goes on: one request each.
    const auto detail = api.call(get(script_path(account, worker) + "/versions/" + id));
    if (!detail) {
      return pyw::failure(to_error(detail.error()));
    }
    shares.push_back(fmt::format("{} at {}%", id, version.value("percentage", Json(0)).dump()));
  }
  return ask({Concern::Kind::splits_traffic,
              fmt::format(
                  "traffic is split between versions ({}): the deployment sends all of it to the new version",
                  join(shares, ", ")),
              "end the split?"},
             decide);
}

Result<std::optional<std::string>>
read_migration_tag(Api& api, const std::string& account, const Worker& worker) {
  const auto path = worker.dispatch_namespace ? script_path(account, worker)
                                              : account_path(account) + "/workers/services/" + worker.name;
  const auto service = api.call(get(path));
  if (!service) {
    const auto& failure = service.error();
    if (failure.is_worker_not_found() || failure.code == code::dispatched_worker_not_found) {
      return std::nullopt;
    }
    return pyw::failure(to_error(failure));
  }
  const auto script =
      worker.dispatch_namespace ? service->value("script", Json::object()) : script_of(*service);
  const auto tag = text_or_empty(script, "migration_tag");
  return tag.empty() ? std::nullopt : std::optional(tag);
}

} // namespace pyw::cloud

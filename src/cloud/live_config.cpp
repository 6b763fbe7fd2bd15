#include <base/text.hpp>
#include <cloud/live_config.hpp>
#include <cloud/remote_state.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::cloud {

namespace {

constexpr const char* environment = "production"; // what services call the only one that there is today

Json member(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json()) : Json();
}

/// The text member `key` of each item.
std::vector<std::string> texts(const Json& items, const char* key) {
  std::vector<std::string> out;
  for (const auto& item : items.is_array() ? items : Json::array()) {
    out.push_back(text_at(item, key));
  }
  return out;
}

const Json* named(const Json& bindings, const std::string& name) {
  const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const Json& binding) {
    return text_at(binding, "name") == name;
  });
  return found == bindings.end() ? nullptr : &*found;
}

bool is_secret(const Json& binding) {
  const auto type = text_at(binding, "type");
  return type == "secret_text" || type == "secret_key";
}

/// Kind and resource: `kv_namespace abc`, `plain_text "1"`.
std::string words(const Json& binding) {
  auto out = text_at(binding, "type");
  for (const auto& [key, value] : binding.items()) {
    if (key != "type" && key != "name" && !value.is_null()) {
      const bool bare = value.is_string() && key != "text";
      out += " " +
             (bare ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
  }
  return out;
}

/// Whether what the upload says is so already. The API may tell more of a binding than an upload says.
bool agrees(const Json& planned, const Json& live) {
  for (const auto& [key, value] : planned.items()) {
    if (!live.contains(key) || live[key] != value) {
      return false;
    }
  }
  return true;
}

void compare_bindings(const LiveConfig& live,
                      const Worker& worker,
                      const Json& planned,
                      std::vector<ConfigChange>& out) {
  using Kind = ConfigChange::Kind;
  for (const auto& binding : planned) {
    const auto name = text_at(binding, "name");
    const auto* before = named(*live.bindings, name);
    if (text_at(binding, "type") == "inherit" || (is_secret(binding) && before != nullptr)) {
      continue;
    }
    const auto after = is_secret(binding) ? text_at(binding, "type") : words(binding);
    if (before == nullptr) {
      out.push_back({Kind::added, "env." + name, "", after});
    } else if (!agrees(binding, *before)) {
      out.push_back({Kind::changed,
                     "env." + name,
                     is_secret(*before) ? text_at(*before, "type") : words(*before),
                     after});
    }
  }
  for (const auto& binding : *live.bindings) {
    const auto type = text_at(binding, "type");
    const bool kept = is_secret(binding) || (worker.keep_vars && (type == "plain_text" || type == "json"));
    if (!kept && named(planned, text_at(binding, "name")) == nullptr) {
      out.push_back({Kind::removed, "env." + text_at(binding, "name"), words(binding), ""});
    }
  }
}

void compare_lists(const char* what,
                   const std::vector<std::string>& before,
                   const std::vector<std::string>& after,
                   std::vector<ConfigChange>& out) {
  const auto in = [](const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  for (const auto& item : after) {
    if (!in(before, item)) {
      out.push_back({ConfigChange::Kind::added, fmt::format("{} {}", what, item), "", ""});
    }
  }
  for (const auto& item : before) {
    if (!in(after, item)) {
      out.push_back({ConfigChange::Kind::removed, fmt::format("{} {}", what, item), "", ""});
    }
  }
}

void compare_values(const char* what,
                    const std::string& before,
                    const std::string& after,
                    std::vector<ConfigChange>& out) {
  if (before != after) {
    out.push_back({ConfigChange::Kind::changed,
                   what,
                   before.empty() ? "(none)" : before,
                   after.empty() ? "(none)" : after});
  }
}

std::vector<std::string> patterns(const std::vector<config::Route>& routes) {
  std::vector<std::string> out;
  std::transform(
      routes.begin(), routes.end(), std::back_inserter(out), [](const auto& route) { return route.pattern; });
  return out;
}

} // namespace

Result<LiveConfig> read_live_config(Api& api, const std::string& account, const Worker& worker) {
  const auto workers = account_path(account) + "/workers";
  const auto service = fmt::format("{}/services/{}/environments/{}", workers, worker.name, environment);
  LiveConfig live;
  PYW_TRY_ASSIGN(auto bindings, api.require(get(service + "/bindings")));
  live.bindings = std::make_shared<Json>(bindings.is_array() ? std::move(bindings) : Json::array());
  if (!worker.zone_routes().empty()) {
    PYW_TRY_ASSIGN(const auto routes, api.require(get(service + "/routes", {{"show_zonename", "true"}})));
    live.routes = texts(routes, "pattern");
  }
  if (!worker.custom_domains().empty()) {
    PYW_TRY_ASSIGN(
        const auto domains,
        api.require(
            get(workers + "/domains/records",
                {{"page", "0"}, {"per_page", "5"}, {"service", worker.name}, {"environment", environment}})));
    live.domains = texts(domains, "hostname");
  }
  PYW_TRY_ASSIGN(const auto subdomain, api.require(get(service + "/subdomain")));
  live.workers_dev = member(subdomain, "enabled") == Json(true);
  PYW_TRY_ASSIGN(const auto details, api.require(get(service)));
  const auto script = member(details, "script");
  live.compatibility_date = text_at(script, "compatibility_date");
  for (const auto& flag : member(script, "compatibility_flags")) {
    live.compatibility_flags.push_back(flag.is_string() ? flag.get<std::string>() : flag.dump());
  }
  PYW_TRY_ASSIGN(const auto schedules, api.require(get(script_path(account, worker) + "/schedules")));
  live.crons = texts(member(schedules, "schedules"), "cron");
  return live;
}

std::vector<ConfigChange> config_changes(const LiveConfig& live, const Worker& worker, const Json& metadata) {
  std::vector<ConfigChange> out;
  compare_bindings(live, worker, metadata.value("bindings", Json::array()), out);
  if (!worker.zone_routes().empty()) {
    compare_lists("route", live.routes, patterns(worker.zone_routes()), out);
  }
  if (!worker.custom_domains().empty()) {
    compare_lists("domain", live.domains, patterns(worker.custom_domains()), out);
  }
  if (worker.crons) { // not configured leaves what is there
    compare_lists("cron", live.crons, *worker.crons, out);
  }
  compare_values(
      "workers.dev", live.workers_dev ? "on" : "off", worker.wants_workers_dev() ? "on" : "off", out);
  compare_values("compatibility date", live.compatibility_date, worker.compatibility_date, out);
  auto before = live.compatibility_flags;
  auto after = worker.compatibility_flags;
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  compare_values("compatibility flags", join(before, ", "), join(after, ", "), out);
  return out;
}

std::string to_text(const ConfigChange& change) {
  switch (change.kind) {
  case ConfigChange::Kind::added:
    return fmt::format("+ {}{}{}", change.what, change.after.empty() ? "" : "  ", change.after);
  case ConfigChange::Kind::removed:
    return fmt::format("- {}{}{}", change.what, change.before.empty() ? "" : "  ", change.before);
  case ConfigChange::Kind::changed:
    break;
  }
  return fmt::format("~ {}  {} -> {}", change.what, change.before, change.after);
}

} // namespace pyw::cloud

#include <base/text.hpp>
#include <cloud/remote_state.hpp>
#include <cloud/routes.hpp>
#include <cloud/triggers.hpp>
#include <cloud/zones.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace pyw::cloud {

namespace {

Result<Json> routes_of_zone(Api& api, const std::string& zone, Retry retry) {
  auto call = get("/zones/" + zone + "/workers/routes");
  call.retry = retry;
  return to_result(api.listed(call));
}

/// Zone by zone, for tokens that may not see all zones: adds what is missing, takes nothing away.
Result<std::vector<std::string>>
publish_zone_by_zone(Api& api, const std::string& account, const Worker& worker) {
  ZoneFinder zones(api, account);
  std::vector<std::pair<std::string, std::string>> wanted; // pattern, zone
  std::set<std::string> active;
  for (const auto& route : worker.zone_routes()) {
    PYW_TRY_ASSIGN(const auto zone, zones.zone_of(route));
    if (zone) {
      wanted.emplace_back(route.pattern, *zone);
      active.insert(*zone);
    }
  }
  std::map<std::string, std::string> live; // pattern, script
  for (const auto& zone : active) {
    PYW_TRY_ASSIGN(const auto routes, routes_of_zone(api, zone, Retry::no));
    for (const auto& route : routes) {
      live[text_at(route, "pattern")] = text_at(route, "script");
    }
  }
  std::set<std::string> kept;
  for (const auto& [pattern, script] : live) {
    if (script == worker.name) {
      kept.insert(pattern);
    }
  }
  for (const auto& [pattern, zone] : wanted) {
    if (const auto found = live.find(pattern); found != live.end()) {
      if (found->second != worker.name) {
        return failure(
            user_error(fmt::format("the route `{}` belongs to the Worker `{}`", pattern, found->second)));
      }
      kept.erase(pattern);
      continue;
    }
    PYW_TRY(api.require(with_json(
        "POST", "/zones/" + zone + "/workers/routes", Json{{"pattern", pattern}, {"script", worker.name}})));
  }
  std::vector<std::string> warnings{
      "the token may not see all zones: routes were added zone by zone, and none was removed"};
  for (const auto& pattern : kept) {
    warnings.push_back(fmt::format("the route `{}` was there before and still is", pattern));
  }
  return warnings;
}

Json origin_of(const config::Route& route) {
  Json origin = {{"hostname", route.pattern}};
  const auto add = [&](const char* key, const auto& value) {
    if (value) {
      origin[key] = *value;
    }
  };
  add("zone_id", route.zone_id);
  add("zone_name", route.zone_name);
  add("enabled", route.enabled);
  add("previews_enabled", route.previews_enabled);
  return origin;
}

std::vector<std::string> hostnames(const Json& domains) {
  std::vector<std::string> names;
  for (const auto& domain : domains.is_array() ? domains : Json::array()) {
    names.push_back(text_at(domain, "hostname"));
  }
  return names;
}

/// What `updated` of a changeset says about domains of other Workers.
Result<Json>
domains_of_others(Api& api, const std::string& account, const Worker& worker, const Json& updated) {
  auto others = Json::array();
  for (const auto& domain : updated.is_array() ? updated : Json::array()) {
    if (domain.value("modified", Json(false)) != Json(true)) {
      continue;
    }
    PYW_TRY_ASSIGN(
        auto record,
        api.require(get(account_path(account) + "/workers/domains/records/" + text_at(domain, "id"))));
    if (text_at(record, "service") != worker.name) {
      others.push_back(std::move(record));
    }
  }
  return others;
}

} // namespace

Result<void> check_routes_are_free(Api& api, const std::string& account, const Worker& worker) {
  ZoneFinder zones(api, account);
  std::map<std::string, Json> by_zone;
  std::vector<std::string> taken;
  for (const auto& route : worker.zone_routes()) {
    PYW_TRY_ASSIGN(const auto zone, zones.zone_of(route));
    if (!zone) {
      continue;
    }
    if (by_zone.count(*zone) == 0) {
      PYW_TRY_ASSIGN(by_zone[*zone], routes_of_zone(api, *zone, Retry::yes));
    }
    for (const auto& live : by_zone[*zone]) {
      if (text_at(live, "pattern") == route.pattern && text_at(live, "script") != worker.name) {
        taken.push_back(fmt::format("`{}` (Worker `{}`)", route.pattern, text_at(live, "script")));
      }
    }
  }
  if (taken.empty()) {
    return {};
  }
  return failure(user_error("routes belong to other Workers: " + join(taken, ", "),
                            {"take them from the other Worker first: its configuration, or "
                             "https://dash.cloudflare.com/" +
                                 account + "/workers/overview",
                             "the new version is deployed; its triggers are unchanged"}));
}

Result<std::vector<std::string>> publish_routes(Api& api, const std::string& account, const Worker& worker) {
  auto body = Json::array();
  for (const auto& route : worker.zone_routes()) {
    body.push_back(route_body(route));
  }
  const auto answer = api.call(with_json("PUT", script_path(account, worker) + "/routes", body));
  if (answer) {
    return std::vector<std::string>{};
  }
  if (answer.error().code == code::authentication) {
    return publish_zone_by_zone(api, account, worker);
  }
  return failure(to_error(answer.error()));
}

Result<void> publish_domains(Api& api,
                             const std::string& account,
                             const Worker& worker,
                             Interaction interaction,
                             const Confirm& confirm) {
  auto origins = Json::array();
  for (const auto& route : worker.custom_domains()) {
    origins.push_back(origin_of(route));
  }
  auto changes = with_json("POST", script_path(account, worker) + "/domains/changeset", origins);
  changes.query = {{"replace_state", "true"}};
  const auto changeset = api.call(changes);
  bool over_origin = true;
  bool over_record = true;
  if (interaction == Interaction::terminal) {
    if (!changeset) {
      return failure(to_error(changeset.error()));
    }
    const auto refused = user_error("the custom domains were left as they are");
    PYW_TRY_ASSIGN(const auto others,
                   domains_of_others(api, account, worker, changeset->value("updated", Json::array())));
    if (!others.empty() &&
        !confirm(fmt::format(
            "{} serve other Workers: point them at `{}`?", listed(hostnames(others)), worker.name))) {
      return failure(refused);
    }
    const auto conflicts = hostnames(changeset->value("conflicting", Json::array()));
    over_record = !conflicts.empty();
    if (over_record &&
        !confirm(fmt::format("{} have DNS records in the way: replace them?", listed(conflicts)))) {
      return failure(refused);
    }
    over_origin = !changeset->value("updated", Json::array()).empty();
  }
  PYW_TRY(api.require(with_json("PUT",
                                script_path(account, worker) + "/domains/records",
                                Json{{"override_scope", true},
                                     {"override_existing_origin", over_origin},
                                     {"override_existing_dns_record", over_record},
                                     {"origins", origins}})));
  return {};
}

} // namespace pyw::cloud

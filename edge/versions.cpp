#include <edge/operations.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace pyw::edge {

namespace {

constexpr std::size_t per_page = 25;
/// As on the platform: the newest ones are told.
constexpr std::size_t most_deployments_told = 10;
constexpr std::size_t most_versions_at_once = 2;
constexpr double hundred = 100;

std::size_t page_of(const Call& call) {
  const auto text = call.request.parameter("page").value_or("1");
  std::size_t page = 1;
  std::from_chars(text.data(), text.data() + text.size(), page);
  return std::max<std::size_t>(page, 1);
}

Json number_json(double number) {
  return number == std::floor(number) ? Json(static_cast<std::int64_t>(number)) : Json(number);
}

Problem bad_deployment(std::string why) {
  return {400, 10001, "the deployment is not valid: " + std::move(why)};
}

} // namespace

Json version_summary(const Version& version) {
  return {{"id", version.id},
          {"number", version.number},
          {"metadata",
           {{"created_on", version.created},
            {"modified_on", version.created},
            {"source", version.source},
            {"author_id", ""},
            {"author_email", ""},
            {"hasPreview", false},
            {"has_preview", false}}},
          {"annotations", Json::parse(version.annotations)}};
}

Json version_details(const Version& version) {
  auto out = version_summary(version);
  const auto metadata = Json::parse(version.metadata);
  Json runtime = {{"compatibility_date", version.compatibility_date},
                  {"compatibility_flags", version.compatibility_flags},
                  {"usage_model", "standard"}};
  if (metadata.contains("limits")) {
    runtime["limits"] = metadata["limits"];
  }
  out["startup_time_ms"] = version.startup_ms;
  out["resources"] = {{"bindings", Json::parse(version.bindings)},
                      {"script",
                       {{"etag", version.id},
                        {"handlers", Json::array({"fetch"})},
                        {"named_handlers", Json::array()},
                        {"last_deployed_from", version.source}}},
                      {"script_runtime", std::move(runtime)}};
  return out;
}

Json deployment_json(const Deployment& deployment) {
  auto versions = Json::array();
  for (const auto& share : deployment.versions) {
    versions.push_back({{"version_id", share.version}, {"percentage", number_json(share.percentage)}});
  }
  return {{"id", deployment.id},
          {"source", deployment.source},
          {"strategy", "percentage"},
          {"author_email", ""},
          {"annotations", Json::parse(deployment.annotations)},
          {"versions", std::move(versions)},
          {"created_on", deployment.created}};
}

Outcome list_versions(Api& api, const Call& call) {
  auto& records = api.parts().records;
  PYW_STORED(const auto script, records.find_script(call.account.id, call.at("script")));
  if (!script) {
    return no_such_worker();
  }
  PYW_STORED(const auto versions, records.versions(call.account.id, call.at("script")));
  const auto page = page_of(call);
  auto items = Json::array();
  for (std::size_t i = (page - 1) * per_page; i < std::min(page * per_page, versions.size()); ++i) {
    items.push_back(version_summary(versions[i]));
  }
  return Outcome(Json{{"items", items}}).with_pages(page, per_page, versions.size());
}

Outcome show_version(Api& api, const Call& call) {
  PYW_STORED(const auto version,
             api.parts().records.find_version(call.account.id, call.at("script"), call.at("version")));
  if (!version) {
    return Problem{404, 10007, "This version does not exist."};
  }
  return version_details(*version);
}

Outcome list_deployments(Api& api, const Call& call) {
  auto& records = api.parts().records;
  PYW_STORED(const auto script, records.find_script(call.account.id, call.at("script")));
  if (!script) {
    return no_such_worker();
  }
  PYW_STORED(const auto deployments,
             records.deployments(call.account.id, call.at("script"), most_deployments_told));
  auto out = Json::array();
  for (const auto& deployment : deployments) {
    out.push_back(deployment_json(deployment));
  }
  return Json{{"deployments", out}};
}

Outcome post_deployment(Api& api, const Call& call) {
  auto& records = api.parts().records;
  const auto body = call.json();
  auto lock = api.change(call);
  lock.lock();
  PYW_STORED(const auto script, records.find_script(call.account.id, call.at("script")));
  if (!script) {
    return no_such_worker();
  }
  PYW_STORED(auto id, new_uuid());
  Deployment deployment{std::move(id), call.account.id, call.at("script"), records.now()};
  deployment.source = source_of(call.request);
  deployment.annotations = object_at(body, "annotations").dump();
  double sum = 0;
  std::set<std::string> named;
  for (const auto& item : array_at(body, "versions")) {
    const auto version_id = text_at(item, "version_id");
    const auto share = item.is_object() ? item.value("percentage", Json(hundred)) : Json();
    if (!share.is_number() || share.get<double>() < 0 || share.get<double>() > hundred) {
      return bad_deployment("a percentage is a number from 0 to 100");
    }
    PYW_STORED(const auto version, records.find_version(call.account.id, call.at("script"), version_id));
    if (!version) {
      return Problem{404, 10007, fmt::format("the version `{}` does not exist", version_id)};
    }
    if (!named.insert(version_id).second) {
      return bad_deployment(fmt::format("the version `{}` is named twice", version_id));
    }
    // A class that a later migration deleted, or renamed, is not what this version binds.
    const auto classes = object_at(Json::parse(script->document), "classes");
    const auto bound = Json::parse(version->classes);
    for (const auto& [name, stored] : bound.items()) {
      if (!classes.contains(name) || classes[name]["key"] != stored["key"]) {
        return Problem{400,
                       10211,
                       fmt::format("the version `{}` was made before a migration that changed its Durable "
                                   "Object class `{}`",
                                   version_id,
                                   name)};
      }
    }
    sum += share.get<double>();
    deployment.versions.push_back({version_id, share.get<double>()});
  }
  if (deployment.versions.empty() || deployment.versions.size() > most_versions_at_once) {
    return bad_deployment("it has one or two versions");
  }
  if (std::abs(sum - hundred) > 0.01) {
    return bad_deployment("the percentages do not add up to 100");
  }
  PYW_STORED_VOID(records.add_deployment(deployment));
  PYW_STORED_VOID(api.parts().apply());
  return deployment_json(deployment);
}

} // namespace pyw::edge

#include <cloud/migrations.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::cloud {

namespace {

Json step_of(const config::Migration& migration) {
  auto step = config::to_json(migration.raw);
  step.erase("tag");
  return step;
}

} // namespace

MigrationPlan plan_migrations(const config::Project& project,
                              const std::string& script,
                              const std::optional<std::string>& live_tag) {
  const auto& all = project.migrations;
  if (all.empty()) {
    return {};
  }
  MigrationPlan plan;
  auto first = all.begin();
  if (live_tag && !live_tag->empty()) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& item) { return item.tag == *live_tag; });
    if (found == all.end()) {
      plan.warning = fmt::format("the live Worker `{}` is at migration `{}`, which the configuration does "
                                 "not have: all steps are sent",
                                 script,
                                 *live_tag);
    } else if (first = found + 1; first == all.end()) {
      return {};
    }
  }
  auto payload = Json::object();
  if (live_tag && !live_tag->empty()) {
    payload["old_tag"] = *live_tag;
  }
  payload["new_tag"] = all.back().tag;
  payload["steps"] = Json::array();
  for (; first != all.end(); ++first) {
    payload["steps"].push_back(step_of(*first));
  }
  plan.payload = std::make_shared<Json>(std::move(payload));
  return plan;
}

ExportsPlan plan_exports(const config::Project& project) {
  ExportsPlan plan;
  auto payload = Json::object();
  using Type = config::Export::Type;
  for (const auto type : {Type::worker, Type::durable_object, Type::workflow}) {
    for (const auto& item : project.exports) {
      if (item.type == type) {
        payload[item.class_name] = config::to_json(item.raw);
        plan.has_durable_objects = plan.has_durable_objects || type == Type::durable_object;
        plan.has_workflows = plan.has_workflows || type == Type::workflow;
      }
    }
  }
  if (!payload.empty()) {
    plan.payload = std::make_shared<Json>(std::move(payload));
  }
  return plan;
}

} // namespace pyw::cloud

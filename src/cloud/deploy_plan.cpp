#include <cloud/deploy_plan.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::cloud {

namespace {

constexpr const char* workflow_exports_date = "2026-11-09"; // the API's version that knows exported Workflows

DeployPlan::Way way_of(const Worker& worker, const RemoteState& state, const UploadParts& parts) {
  if (worker.upload == Upload::version) {
    return DeployPlan::Way::only_version;
  }
  const bool gradual = state.exists && !worker.dispatch_namespace && parts.migrations == nullptr &&
                       !parts.exports.has_durable_objects && worker.section("containers").is_null() &&
                       worker.manifest.has_value() && worker.section("first_party_worker") != Json(true);
  return gradual ? DeployPlan::Way::new_version : DeployPlan::Way::put_script;
}

Json settings_of(const Worker& worker, const std::vector<std::string>& tags) {
  auto settings = Json::object();
  if (const auto consumers = worker.section("tail_consumers"); !consumers.is_null()) {
    settings["tail_consumers"] = consumers;
  }
  if (worker.logpush) {
    settings["logpush"] = *worker.logpush;
  }
  // Not configured means off: what an earlier configuration switched on must not stay on.
  const auto observability = worker.section("observability");
  settings["observability"] = observability.is_null() ? Json{{"enabled", false}} : observability;
  settings["tags"] = tags;
  return settings;
}

} // namespace

std::vector<std::string> tags_for(const Worker& worker, const std::vector<std::string>& live) {
  std::vector<std::string> tags;
  std::copy_if(live.begin(), live.end(), std::back_inserter(tags), [](const std::string& tag) {
    return !tag.starts_with("cf:service=") && !tag.starts_with("cf:environment=");
  });
  const auto& project = *worker.project;
  if (project.environments.empty() || project.top_level_name.empty()) {
    return tags;
  }
  tags.push_back("cf:service=" + project.top_level_name);
  if (project.environment && !project.environment->empty()) {
    tags.push_back("cf:environment=" + *project.environment);
  }
  return tags;
}

Json deployment_body(const std::vector<std::pair<std::string, double>>& versions,
                     const std::optional<std::string>& message,
                     const Json& code_update_strategy) {
  auto list = Json::array();
  for (const auto& [id, percentage] : versions) {
    const auto whole = static_cast<std::int64_t>(percentage);
    list.push_back(
        {{"version_id", id},
         {"percentage", static_cast<double>(whole) == percentage ? Json(whole) : Json(percentage)}});
  }
  auto annotations = Json::object();
  if (message) {
    annotations["workers/message"] = *message;
  }
  Json body = {
      {"strategy", "percentage"}, {"versions", std::move(list)}, {"annotations", std::move(annotations)}};
  if (!code_update_strategy.is_null()) {
    body["code_update_strategy"] = code_update_strategy;
  }
  return body;
}

DeployPlan plan_deploy(const Worker& worker, const RemoteState& state, UploadParts parts) {
  DeployPlan plan;
  plan.way = way_of(worker, state, parts);
  parts.sends_code_update_strategy = plan.way == DeployPlan::Way::put_script;
  plan.metadata = std::make_shared<Json>(upload_metadata(worker, parts));
  if (parts.exports.has_workflows) {
    plan.headers.emplace_back("Cloudflare-Workers-Script-Api-Date", workflow_exports_date);
  }
  const auto tags = tags_for(worker, state.tags);
  if (plan.way == DeployPlan::Way::new_version) {
    plan.settings = std::make_shared<Json>(settings_of(worker, tags));
  } else if (tags != state.tags) {
    plan.tags = tags;
  }
  return plan;
}

} // namespace pyw::cloud

// Sends what a DeployPlan says.
#pragma once

#include <cloud/api.hpp>
#include <cloud/deploy_plan.hpp>

#include <string>
#include <vector>

namespace pyw::cloud {

struct UploadResult {
  std::string version_id; ///< with hyphens; empty when the platform gave none
  std::optional<double> startup_ms = {};
  bool has_preview = false;
  std::vector<std::string> warnings; ///< what failed without harm
  std::vector<std::string> notes;    ///< Durable Object classes that were created, renamed …
};

/// Uploads the modules, streamed from disk, and follows with the deployment and the settings that the plan
/// holds. Fails with the reason of the platform; when the version is there but its deployment failed, the
/// error says so.
[[nodiscard]] Result<UploadResult>
apply_upload(Api& api, const std::string& account, const Worker& worker, const DeployPlan& plan);

} // namespace pyw::cloud

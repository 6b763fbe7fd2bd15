// Sends what a DeployPlan says.
#pragma once

#include <cloud/api.hpp>
#include <cloud/deploy_plan.hpp>

#include <functional>
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

/// What is big: the five biggest folders of python_modules and own files, a line each.
[[nodiscard]] std::vector<std::string> biggest_parts(const bundle::BundleManifest& manifest);

/// Writes what the upload would send, the multipart body, into a file.
[[nodiscard]] Result<void>
write_body(const Worker& worker, const DeployPlan& plan, FileSystem& files, const Path& file);

/// Where an upload is: what ending it now would leave behind.
enum class UploadMoment {
  sending,  ///< nothing is decided: the old deployment stays
  deciding, ///< the request that makes the new one live has gone out, its answer has not come
  live,     ///< the new deployment is live
};
using OnMoment = std::function<void(UploadMoment)>;

/// Uploads the modules, streamed from disk, and follows with the deployment and the settings that the plan
/// holds. Fails with the reason of the platform; when the version is there but its deployment failed, the
/// error says so. `on_moment` hears of each moment as it begins.
[[nodiscard]] Result<UploadResult> apply_upload(
    Api& api,
    const std::string& account,
    const Worker& worker,
    const DeployPlan& plan,
    const OnMoment& on_moment = [](UploadMoment) {});

} // namespace pyw::cloud

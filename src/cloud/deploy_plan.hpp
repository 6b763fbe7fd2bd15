// What a deployment will send, decided before anything is sent: the same plan is printed by --dry-run and
// applied.
#pragma once

#include <cloud/json.hpp>
#include <cloud/metadata.hpp>
#include <cloud/remote_state.hpp>
#include <cloud/worker.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pyw::cloud {

struct DeployPlan {
  enum class Way {
    put_script,   ///< PUT scripts/:n : new Workers, migrations, Durable Object exports, dispatch namespaces,
                  ///< containers
    new_version,  ///< POST versions, then a deployment of 100 %, then the settings that no version carries
    only_version, ///< POST versions and no more (`versions upload`)
  };
  Way way = Way::put_script;
  std::vector<std::pair<std::string, std::string>> headers; ///< of the upload
  std::shared_ptr<Json> metadata;
  std::optional<std::vector<std::string>> tags = {}; ///< to set after PUT or version; nullopt: leave them
  std::shared_ptr<Json> settings;                    ///< Way::new_version: PATCH script-settings
  /// Modules that a target has already (target_extensions.hpp), which the metadata names: no parts for them.
  std::set<std::string> left_out = {};
};

/// Pure: the same Worker, state and parts give the same plan.
[[nodiscard]] DeployPlan plan_deploy(const Worker& worker, const RemoteState& state, UploadParts parts);

/// The live tags with this configuration's `cf:service=` and `cf:environment=` in place of older ones.
[[nodiscard]] std::vector<std::string> tags_for(const Worker& worker, const std::vector<std::string>& live);

/// The body of a new deployment; `versions` are (id, percent).
[[nodiscard]] Json deployment_body(const std::vector<std::pair<std::string, double>>& versions,
                                   const std::optional<std::string>& message,
                                   const Json& code_update_strategy);

} // namespace pyw::cloud

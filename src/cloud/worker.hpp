// The Worker as it will be uploaded: the project with the command line's options on top. Pure data.
#pragma once

#include <base/result.hpp>
#include <bundle/manifest.hpp>
#include <cloud/bindings.hpp>
#include <cloud/json.hpp>
#include <config/project.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw::cloud {

/// What the command line may say; absent means the configuration decides.
struct WorkerOptions {
  std::optional<std::string> script = {}; ///< the entry, relative to the current folder
  std::optional<std::string> name = {};
  std::optional<std::string> compatibility_date = {};
  std::vector<std::string> compatibility_flags = {};
  std::vector<std::string> variables = {}; ///< "NAME:value"
  std::vector<std::string> routes = {};
  std::vector<std::string> domains = {};
  std::vector<std::string> schedules = {};
  std::optional<std::string> assets = {}; ///< the folder
  std::optional<bool> logpush = {};
  std::optional<bool> keep_vars = {};
  std::optional<std::string> message = {};
  std::optional<std::string> tag = {};
  std::optional<std::string> preview_alias = {};
  std::optional<std::string> dispatch_namespace = {};
  std::optional<std::string> code_update_mode = {}; ///< "immediate", or "deferred [SECONDS]"
};

enum class Upload { deployment, version };

struct AssetFolder {
  Path directory; ///< absolute
};

struct Worker {
  std::string name;
  const config::Project* project = nullptr;
  std::optional<bundle::BundleManifest> manifest = {}; ///< nullopt: only assets
  std::string compatibility_date;
  std::vector<std::string> compatibility_flags;
  BindingList bindings;
  std::vector<std::pair<std::string, std::string>> variables; ///< of the command line
  bool keep_vars = false;
  std::optional<bool> logpush = {};
  std::vector<config::Route> routes;
  std::optional<std::vector<std::string>> crons = {};
  std::optional<AssetFolder> assets = {};
  std::shared_ptr<Json> code_update_strategy;
  std::optional<std::string> message = {};
  std::optional<std::string> tag = {};
  std::optional<std::string> preview_alias = {};
  std::optional<std::string> dispatch_namespace = {};
  Upload upload = Upload::deployment;

  [[nodiscard]] bool wants_workers_dev() const;
  [[nodiscard]] bool name_is_overridden() const;
  [[nodiscard]] std::vector<config::Route> zone_routes() const;
  [[nodiscard]] std::vector<config::Route> custom_domains() const;
  /// A section of the configuration as JSON; null when it is absent.
  [[nodiscard]] Json section(std::string_view key) const;
};

/// Fails with every reason why this cannot be deployed: no name, no compatibility date, nothing to upload, a
/// Python entry without the `python_workers` flag in the configuration, an assets folder that is not there, a
/// route that no zone can have. Reads the folders of modules (through bundle::collect), sends nothing.
[[nodiscard]] Result<Worker> resolve_worker(const config::Project& project,
                                            const WorkerOptions& options,
                                            Upload upload,
                                            const Path& current_directory,
                                            const ReadOnlyFileSystem& files);

/// One of the Workflows that this Worker defines.
struct OwnedWorkflow {
  std::string name;
  std::string class_name;
  std::shared_ptr<Json>
      settings; ///< limits, concurrency, schedules, default_retention, jurisdiction as configured
};

[[nodiscard]] std::vector<OwnedWorkflow> owned_workflows(const Worker& worker);

} // namespace pyw::cloud

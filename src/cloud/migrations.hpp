// Which Durable Object migrations an upload carries: a function of the configuration and the live tag.
#pragma once

#include <cloud/json.hpp>
#include <config/project.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pyw::cloud {

struct MigrationPlan {
  std::shared_ptr<Json> payload; ///< `migrations` of the metadata; null when nothing is to be done
  std::optional<std::string> warning = {};
};

/// No live tag: all steps. A known one: those after it. An unknown one: all steps, with a warning.
[[nodiscard]] MigrationPlan plan_migrations(const config::Project& project,
                                            const std::string& script,
                                            const std::optional<std::string>& live_tag);

/// `exports` of the metadata (null when there are none), and whether Durable Objects are among them: those
/// rule out migrations and gradual versions.
struct ExportsPlan {
  std::shared_ptr<Json> payload;
  bool has_durable_objects = false;
  bool has_workflows = false;
};

[[nodiscard]] ExportsPlan plan_exports(const config::Project& project);

} // namespace pyw::cloud

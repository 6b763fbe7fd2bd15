// What a live Worker is configured with, and how that differs from what a deployment would make of it.
#pragma once

#include <cloud/api.hpp>
#include <cloud/worker.hpp>

#include <memory>
#include <string>
#include <vector>

namespace pyw::cloud {

struct LiveConfig {
  std::shared_ptr<Json> bindings; ///< an array, as the API lists them
  std::vector<std::string> routes;
  std::vector<std::string> domains;
  std::vector<std::string> crons;
  bool workers_dev = false;
  std::string compatibility_date;
  std::vector<std::string> compatibility_flags;
};

/// Reads it; changes nothing. Routes and domains only where the configuration has some: the platform's client
/// asks no more, and a token may not be allowed to. Fails when a request does.
[[nodiscard]] Result<LiveConfig> read_live_config(Api& api, const std::string& account, const Worker& worker);

struct ConfigChange {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string what;   ///< "env.CACHE", "route example.com/*", "compatibility date"
  std::string before; ///< empty when added
  std::string after;  ///< empty when removed

  bool operator==(const ConfigChange&) const = default;
};

/// Pure. `metadata` is the upload's. Secrets, and variables that are kept, are no difference; their values
/// are never part of it. Bindings first, in the upload's order, then what is gone, then triggers and dates.
[[nodiscard]] std::vector<ConfigChange>
config_changes(const LiveConfig& live, const Worker& worker, const Json& metadata);

/// "+ env.CACHE  kv_namespace abc", "~ env.A  "1" -> "2"", "- route example.com/*".
[[nodiscard]] std::string to_text(const ConfigChange& change);

} // namespace pyw::cloud

// The services beside a Worker that stand for the platform: one for each kind of binding that the project
// uses. What workerd bundles is used as it is (KV, D1, queues, cron, workflows, static assets); miniflare's
// worker scripts simulate the rest. The wiring of each is in docs/local-bindings.md.
#pragma once

#include <base/environment.hpp>
#include <base/result.hpp>
#include <config/project.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/parts.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// Parts of workerd's configuration, as text.
struct LocalServices {
  std::vector<std::string> services;
  std::vector<std::string> extensions;
  std::vector<std::string> bindings;     ///< of the Worker
  std::vector<CapnpField> worker_fields; ///< further fields of the Worker
  std::vector<Path> directories;         ///< must exist before workerd starts
  std::vector<Diagnostic> warnings;      ///< bindings that do not work locally
  std::string entry = "worker"; ///< the service that requests go to: the Worker, or its assets in front of it
  bool has_storage = false;
};

/// What the wiring is made from.
struct ServiceInput {
  const config::Project& project;
  const RuntimeParts& parts;
  const Path& state; ///< the folder that data is kept in
  const Path& guest; ///< the folder with the guest's files
  const Environment& environment;
  /// The text of the asset folder's `_headers`, `_redirects` and `.assetsignore`, under the keys `headers`,
  /// `redirects` and `ignore`.
  const std::map<std::string, std::string>& asset_files;
};

/// The name of the Worker's own service.
inline constexpr std::string_view worker_service = "worker";

/// Fails when the configuration contradicts itself (a connection string that is none, …).
[[nodiscard]] Result<LocalServices> local_services(const ServiceInput& input);

// --- The kinds, each adds to `out` when the project uses it ---

void add_variables(const ServiceInput& input, LocalServices& out);
void add_bundled_services(const ServiceInput& input, LocalServices& out);
void add_simulated_services(const ServiceInput& input, LocalServices& out);
void add_durable_objects(const ServiceInput& input, LocalServices& out);
[[nodiscard]] Result<void> add_connections(const ServiceInput& input, LocalServices& out);
void add_remote_only(const ServiceInput& input, LocalServices& out);

// --- Helpers of theirs ---

/// `(name = "NAME", field = value)`.
[[nodiscard]] std::string binding(std::string_view name, std::string_view field, std::string_view value);
/// A service designator with properties: `(name = "kv", props = (json = "{…}"))`.
[[nodiscard]] std::string
designator(std::string_view service, std::string_view entrypoint, std::string_view props_json);
/// Adds a `disk` service named `name` for the folder `folder` below the state, which will be made.
void add_disk(const ServiceInput& input, LocalServices& out, std::string_view name, std::string_view folder);

} // namespace pyw::runtime

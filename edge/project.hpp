// A stored version as the runtime knows Workers: a project without files, and which blobs are its modules.
#pragma once

#include <bundle/manifest.hpp>
#include <config/project.hpp>
#include <edge/blobs.hpp>
#include <edge/role.hpp>
#include <edge/version.hpp>

#include <map>
#include <string>
#include <vector>

namespace pyw::edge {

struct StoredProject {
  config::Project project;
  bundle::BundleManifest bundle;
};

/// `root` is the folder for what the runtime generates; `secrets` have their values. Pure. Fails for a
/// binding that this server does not offer, naming it.
[[nodiscard]] Result<StoredProject> project_of(const Version& version,
                                               const std::map<std::string, Secret>& secrets,
                                               const Path& root,
                                               const BlobStore& blobs,
                                               Role role = Role::alone);

/// Why the bindings (JSON, as uploaded) cannot be offered; empty when they can.
[[nodiscard]] std::string unsupported_binding(const std::string& bindings);

/// The order in which a project's files are collected (bundle/manifest.hpp): own ones first, then packages,
/// folder by folder in byte order. What depends on the order, as snapshots do, then comes out the same.
void sort_modules(std::vector<StoredModule>& modules, const std::string& main_module);

} // namespace pyw::edge

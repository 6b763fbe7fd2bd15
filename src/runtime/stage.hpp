// The first half of a start: everything of a Worker that lies in files, put where workerd and memory
// snapshots find it.
#pragma once

#include <base/world.hpp>
#include <bundle/manifest.hpp>
#include <config/project.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/parts.hpp>

#include <string>

namespace pyw::runtime {

struct StagedWorker {
  Path guest; ///< the folder with the guest's files; its name holds their digest
  ByteCode code;
  PackagesPack packages;
  Path own_pack;          ///< the Worker's own modules
  std::string own_digest; ///< of their paths and content
  std::string entry_text; ///< the source of the entry module
};

/// Compiles byte code where the cache has none (with progress) and writes the packs into `run_directory`
/// (absolute). Fails when a module cannot be read.
[[nodiscard]] Result<StagedWorker> stage(const config::Project& project,
                                         const bundle::BundleManifest& bundle,
                                         const RuntimeParts& parts,
                                         const Path& run_directory,
                                         World& world);

} // namespace pyw::runtime

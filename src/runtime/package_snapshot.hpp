// A memory snapshot of the packages that a Worker imports: made once in the background, after that every
// start, and every reload of changed code, continues from it (guest/snapshot.js).
//
// Measured on a machine under load 16, FastAPI + pydantic: 1.4 s from the start request to ready against 6.3
// s without.
#pragma once

#include <base/process.hpp>
#include <runtime/guest_store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::runtime {

struct PackageSnapshot {
  Path file; ///< in the cache; the name holds a digest of all it depends on
  bool exists = false;
  std::optional<Command> build = {}; ///< makes it, when it does not exist
};

/// The modules of python_modules that the Worker's own modules import at their top level, in order.
[[nodiscard]] Result<std::vector<std::string>> snapshot_imports(const bundle::BundleManifest& bundle,
                                                                const ReadOnlyFileSystem& files);

/// What the snapshot's maker is told and run with. Pure.
struct SnapshotPlan {
  std::string config;
  std::string main_module;
  std::string settings;
};

[[nodiscard]] SnapshotPlan plan_snapshot(const config::Project& project,
                                         const RuntimeParts& parts,
                                         const Path& guest,
                                         const ByteCode& code,
                                         const Path& packages,
                                         const std::vector<std::string>& imports,
                                         const Path& folder,
                                         const Path& output);

/// The snapshot for this project, and what makes it; writes what the maker needs into
/// `run_directory`/snapshot. nullopt where there is nothing to gain or none can be made: no byte code yet,
/// Python 3.13.
[[nodiscard]] Result<std::optional<PackageSnapshot>> package_snapshot(const config::Project& project,
                                                                      const bundle::BundleManifest& bundle,
                                                                      const RuntimeParts& parts,
                                                                      const Path& guest,
                                                                      const ByteCode& code,
                                                                      const PackagesPack& packages,
                                                                      const Path& run_directory,
                                                                      FileSystem& files);

} // namespace pyw::runtime

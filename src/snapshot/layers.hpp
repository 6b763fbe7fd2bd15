// The layers of snapshots of a project, by what each depends on:
//   base       Python and much of its standard library; in the cache, one for all projects of this Python.
//   The
//              first start of a project continues from it, as the first one after a change of its packages
//   packages   the packages that the Worker's own modules import at their top level; in the cache as well
//   dedicated  the Worker after its own top level; one a project
// Measured on a machine under load 16, FastAPI + pydantic: 1.4 s from the start request to ready with
// packages, 6.3 s without.
#pragma once

#include <runtime/stage.hpp>
#include <snapshot/file.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pyw::snapshot {

/// The modules of python_modules that the Worker's own modules import at their top level, in order.
[[nodiscard]] Result<std::vector<std::string>> snapshot_imports(const bundle::BundleManifest& bundle,
                                                                const ReadOnlyFileSystem& files);

struct LayerPlan {
  Layer layer = Layer::packages;
  std::string key;           ///< 64 hexadecimal digits, of everything that the snapshot depends on
  Path file = {};            ///< where it is, or would be
  std::string settings = {}; ///< what the maker is told (guest/snapshot_builder.js), JSON
};

/// Where a project's own snapshot and the records of its builds lie.
[[nodiscard]] Path snapshots_directory(const config::Project& project);

/// All layers, base first. Empty where none can be made: no byte code yet, Python 3.12.
[[nodiscard]] Result<std::vector<LayerPlan>> plan_layers(const config::Project& project,
                                                         const bundle::BundleManifest& bundle,
                                                         const runtime::RuntimeParts& parts,
                                                         const runtime::StagedWorker& staged,
                                                         const ReadOnlyFileSystem& files);

/// Whether the file of a layer is there, whole, and for this key. Fails with the reason when it is there and
/// is not.
[[nodiscard]] Result<std::optional<Snapshot>> load(const LayerPlan& plan, const ReadOnlyFileSystem& files);

/// Files that were read and found good: they are not read again while size, time and key stay the same.
using CheckedFiles = std::map<Path, std::string>;

/// Whether the layer can be used as it is. One that is damaged counts as missing.
[[nodiscard]] bool is_usable(const LayerPlan& plan, const ReadOnlyFileSystem& files, CheckedFiles& checked);

/// The best layer that can be used; nullptr when none can.
[[nodiscard]] const LayerPlan*
best_usable(const std::vector<LayerPlan>& plans, const ReadOnlyFileSystem& files, CheckedFiles& checked);

} // namespace pyw::snapshot

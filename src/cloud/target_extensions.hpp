// What a deploy target may offer beyond the platform's API: memory snapshots that come with a version, and
// modules that are sent once. docs/target-extensions.md is the contract; only a `--target` is asked.
#pragma once

#include <cloud/api.hpp>
#include <cloud/deploy_plan.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pyw::cloud {

struct TargetExtensions {
  std::optional<std::uint64_t> largest_snapshot = {}; ///< packed, in bytes; nullopt: it takes none
  bool keeps_modules = false;                         ///< knows modules of earlier uploads by their digest
};

/// Asks for the capabilities. A target that has never heard of them refuses: then there are none. Fails when
/// there is no answer, or the answer makes no sense.
[[nodiscard]] Answer<TargetExtensions> read_extensions(Api& api, const std::string& account);

/// A packed snapshot (snapshot::pack_for_transport) in a file.
struct PackedSnapshot {
  Path file;
  std::uint64_t size = 0; ///< bytes
  std::string digest;     ///< SHA-256 of them, hexadecimal
};

struct SnapshotSent {
  std::uint64_t bytes = 0; ///< sent by this call; 0 when the target had all of it
};

inline constexpr std::size_t snapshot_piece_bytes = 4 * 1024 * 1024;

/// Sends what the target does not have yet, piece by piece. After a broken connection, 5xx or 429 it asks how
/// far the target has come and goes on there, five times in a row without progress; a digest that does not
/// come out right at the end is sent anew once. Fails when the target has not confirmed the whole.
[[nodiscard]] Result<SnapshotSent> upload_snapshot(Api& api,
                                                   const std::string& account,
                                                   const PackedSnapshot& snapshot,
                                                   std::size_t piece_bytes = snapshot_piece_bytes);

/// The modules that the target has already: name in the form -> SHA-256. Asks once, with all digests.
[[nodiscard]] Result<std::map<std::string, std::string>>
known_modules(Api& api, const std::string& account, const Worker& worker);

/// The upload names these modules by digest, in the place of sending them.
void leave_out(DeployPlan& plan, const Worker& worker, const std::map<std::string, std::string>& known);

/// The upload names the snapshot that the version starts from. `key`: of everything that the snapshot depends
/// on (docs/snapshot-format.md). `source_root`: the folder of the modules within the project, which it
/// depends on as well.
void name_snapshot(DeployPlan& plan,
                   const PackedSnapshot& snapshot,
                   const std::string& key,
                   const std::string& source_root);

} // namespace pyw::cloud

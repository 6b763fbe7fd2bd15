// A copy of everything a data folder must not lose, taken while the server runs: the records at one moment,
// every blob that they name, what Workers keep. And the way back.
#pragma once

#include <base/world.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::edge {

/// Whether the key that seals the secrets goes along: who has both can read them.
enum class WithKey { no, yes };

struct BackupReport {
  std::size_t accounts = 0;
  std::size_t scripts = 0;
  std::size_t versions = 0;
  std::size_t blobs = 0;
  std::size_t databases = 0; ///< that Workers keep data in
  std::uint64_t bytes = 0;
  bool has_key = false;
  /// Blobs that are missing or damaged, and were left out: each names a Worker, a version and a module.
  std::vector<std::string> damaged = {};
};

/// Writes the folder `target` (absolute), which must not be there: beside it, flushed, then renamed. Blobs
/// are read and checked against their names. Fails when the records are damaged or the disk is full; nothing
/// is left then.
[[nodiscard]] Result<BackupReport>
make_backup(const Path& data, const Path& target, WithKey key, World& world);

enum class Replace { no, yes };

/// The folder `backup` as the data folder `data` (absolute), written beside, then put in its place. The key
/// is the backup's, else the one that `data` has. Fails when `backup` is none, when a server runs on `data`,
/// when there is something in `data` and it is not to be replaced: nothing is changed then.
[[nodiscard]] Result<BackupReport>
restore_backup(const Path& backup, const Path& data, Replace replace, World& world);

} // namespace pyw::edge

// Content by its SHA-256, on disk: modules and packed snapshots. What is there is whole, or is not taken for
// it.
#pragma once

#include <base/file_lock.hpp>
#include <base/filesystem.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::edge {

/// Whether it is 64 lower-case hexadecimal digits: a digest may become part of a path only then.
[[nodiscard]] bool is_digest(std::string_view text);

class BlobStore {
public:
  /// `lock`: the file by which this and the removal of garbage (edge/garbage.hpp), which another process may
  /// be about, take turns. Empty: nothing is ever removed.
  BlobStore(Path folder, FileSystem& files, Path lock = {})
      : m_folder(std::move(folder)), m_files(files), m_lock(std::move(lock)) {}

  /// Written beside, then renamed; what is there already, and whole, stays. Gives its digest. Not on disk
  /// before flush(): a flush for each of 550 modules would take a minute. Safe from removal for a while
  /// (default_grace), like what keep() was told.
  [[nodiscard]] Result<std::string> put(std::string_view content);

  /// Everything that was put is on disk when it returns. To be called before a record names it.
  [[nodiscard]] Result<void> flush() const;

  /// Where a blob lies, or would.
  [[nodiscard]] Path path_of(const std::string& digest) const;

  [[nodiscard]] bool has(const std::string& digest) const;

  /// While it lives nothing is removed.
  [[nodiscard]] Result<std::optional<FileLock>> hold() const;

  /// Whether it is there; if so it stays for a while (default_grace), though no record names it: some upload
  /// is about to.
  [[nodiscard]] Result<bool> keep(const std::string& digest) const;

  /// Fails when it is not there, or is not what its name says (the disk, a person).
  [[nodiscard]] Result<std::string> read(const std::string& digest) const;

  /// Reads it to see whether it is whole.
  [[nodiscard]] Result<void> check(const std::string& digest) const;

private:
  Path m_folder;
  FileSystem& m_files;
  Path m_lock;
};

} // namespace pyw::edge

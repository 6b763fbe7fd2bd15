// Content by its SHA-256, on disk: modules and packed snapshots. What is there is whole, or is not taken for
// it.
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <string_view>

namespace pyw::edge {

/// Whether it is 64 lower-case hexadecimal digits: a digest may become part of a path only then.
[[nodiscard]] bool is_digest(std::string_view text);

class BlobStore {
public:
  BlobStore(Path folder, FileSystem& files) : m_folder(std::move(folder)), m_files(files) {}

  /// Written beside, then renamed; what is there already, and whole, stays. Gives its digest. Not on disk
  /// before flush(): a flush for each of 550 modules would take a minute.
  [[nodiscard]] Result<std::string> put(std::string_view content);

  /// Everything that was put is on disk when it returns. To be called before a record names it.
  [[nodiscard]] Result<void> flush() const;

  /// Where a blob lies, or would.
  [[nodiscard]] Path path_of(const std::string& digest) const;

  [[nodiscard]] bool has(const std::string& digest) const;

  /// Fails when it is not there, or is not what its name says (the disk, a person).
  [[nodiscard]] Result<std::string> read(const std::string& digest) const;

  /// Reads it to see whether it is whole.
  [[nodiscard]] Result<void> check(const std::string& digest) const;

private:
  Path m_folder;
  FileSystem& m_files;
};

} // namespace pyw::edge

// Archives as they come: tar (gzip, zstd) and zip, read and written as a stream through libarchive.
#pragma once

#include <base/filesystem.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pyw::toolchain {

/// What is done with the files of an archive, in its order.
class ArchiveVisitor {
public:
  virtual ~ArchiveVisitor() = default;
  /// Whether the file's bytes are wanted. `path` is relative and stays inside.
  [[nodiscard]] virtual Result<bool> begin_file(const std::string& path) = 0;
  [[nodiscard]] virtual Result<void> bytes(std::string_view piece) = 0;
  [[nodiscard]] virtual Result<void> end_file() = 0;
};

/// Limits against archives made to fill a disk: workerd, the largest part, unpacks to 155 MiB.
struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::size_t entries = 20'000;
};

/// Reads a whole archive. Fails on a damaged or truncated one, on a path that is absolute or has `..`, on any
/// link or device, beyond the limits, and with whatever error the visitor returns.
[[nodiscard]] Result<void> read_archive(const ReadOnlyFileSystem& files,
                                        const Path& archive,
                                        ArchiveVisitor& visitor,
                                        const ArchiveLimits& limits = {});

/// Writes a .tar.zst, file by file. Same input, same bytes: times, owners and other modes are left out.
class ArchiveWriter {
public:
  virtual ~ArchiveWriter() = default;
  [[nodiscard]] virtual Result<void>
  begin_file(const std::string& path, std::uint64_t size, bool executable) = 0;
  [[nodiscard]] virtual Result<void> bytes(std::string_view piece) = 0;
  /// Ends the archive; without it nothing is left behind.
  [[nodiscard]] virtual Result<void> commit() = 0;
};

[[nodiscard]] Result<std::unique_ptr<ArchiveWriter>> write_archive(FileSystem& files, const Path& archive);

} // namespace pyw::toolchain

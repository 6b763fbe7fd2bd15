// Memory snapshots that arrive piece by piece (docs/target-extensions.md).
#pragma once

#include <base/filesystem.hpp>
#include <edge/blobs.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::edge {

/// Packed, in bytes.
inline constexpr std::uint64_t largest_snapshot = std::uint64_t{1} << 30U;

/// `Content-Range: bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4); nullopt when it is none, or makes no sense.
struct PieceRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
};

[[nodiscard]] std::optional<PieceRange> parse_content_range(std::string_view header);

class SnapshotUploads {
public:
  SnapshotUploads(Path folder, BlobStore& blobs, FileSystem& files)
      : m_folder(std::move(folder)), m_blobs(blobs), m_files(files) {}

  enum class Taken {
    piece,        ///< more is to come
    whole,        ///< all is there, right, a snapshot, and on disk
    out_of_place, ///< the piece does not begin where the last one ended
    wrong,        ///< all is there and is not what it should be; nothing is kept
  };

  /// Bytes that are there of an upload that is not whole; nullopt when there is none.
  [[nodiscard]] Result<std::optional<std::uint64_t>> received(const std::string& account,
                                                              const std::string& digest) const;

  /// From any thread. Fails when the disk does.
  [[nodiscard]] Result<Taken> take(const std::string& account,
                                   const std::string& digest,
                                   const PieceRange& range,
                                   std::string_view piece);

private:
  [[nodiscard]] Path part_of(const std::string& account, const std::string& digest) const;

  Path m_folder;
  BlobStore& m_blobs;
  FileSystem& m_files;
  std::mutex m_mutex;
};

} // namespace pyw::edge

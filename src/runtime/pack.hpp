// Packs: many files as one, which the guest mounts without copying them (guest/files.js has the reader).
//
// "PYWPACK1", the size of the index in bytes (u32, little endian), the index (JSON: a list of [path, offset,
// size], offsets from the end of the index), then the bytes of all files. An entry of four, [path, offset,
// size, compressed size], is of a file that is compressed (RFC 1951).
#pragma once

#include <base/filesystem.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

struct PackFile {
  std::string path; ///< inside the pack, with '/'
  std::string content;
};

/// The pack as bytes. The same files in the same order give the same bytes.
[[nodiscard]] std::string make_pack(const std::vector<PackFile>& files);

struct PackSource {
  std::string path;
  Path file; ///< absolute
};

/// Reads the files and makes a pack of them. Fails when one cannot be read.
[[nodiscard]] Result<std::string> make_pack(const std::vector<PackSource>& sources,
                                            const ReadOnlyFileSystem& files);

/// A pack of the same files, compressed where that saves an eighth or more. A process has 17 MB less to read
/// and to hold by it (FastAPI with httpx). Fails when `pack` is none, or its index is of files outside it.
[[nodiscard]] Result<std::string> compress_pack(std::string_view pack);

/// A pack of those of its files that are dynamic libraries (WebAssembly), not compressed: each start reads
/// them. nullopt when there is none; fails as compress_pack does.
[[nodiscard]] Result<std::optional<std::string>> pick_libraries(std::string_view pack);

} // namespace pyw::runtime

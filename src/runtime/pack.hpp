// Packs: many files as one, which the guest mounts without copying them (guest/files.js has the reader).
//
// "PYWPACK1", the size of the index in bytes (u32, little endian), the index (JSON: a list of [path, offset,
// size], offsets from the end of the index), then the bytes of all files.
#pragma once

#include <base/filesystem.hpp>

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

} // namespace pyw::runtime

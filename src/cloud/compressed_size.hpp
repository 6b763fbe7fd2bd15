// How large a bundle is once compressed: the platform's limits count compressed bytes.
#pragma once

#include <base/filesystem.hpp>
#include <bundle/manifest.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace pyw::cloud {

/// What a module is counted with: its package in python_modules ("python_modules/fastapi/"), else nothing
/// but itself ("lib/util.py"), so that hundreds of vendored files do not bury the rest.
[[nodiscard]] std::string size_group(const bundle::Module& module);

struct CompressedSizes {
  std::uint64_t total = 0;                     ///< bytes of the whole bundle
  std::map<std::string, std::uint64_t> groups; ///< bytes of each size_group, compressed alone
};

/// About what gzip makes of it at level 6: libdeflate's level 6, in pieces of 1 MiB on all processors, each
/// group a stream of its own, but the Worker's own modules together one in the total. It is 2 to 2.5 times as
/// fast as zlib and came within 1.5 % of the one long stream that the platform's client counts (11 MB of the
/// standard library's sources: 0.6 %; 11 MB of words at random: 1.3 %). Only the pieces at work are in
/// memory. What a group came to is remembered in `cache` as long as none of its files' sizes or times change.
[[nodiscard]] Result<CompressedSizes>
compressed_sizes(const bundle::BundleManifest& manifest, FileSystem& files, const Path& cache);

/// Hexadecimal digits that change when the path, size or time of one of the bundle's files does.
[[nodiscard]] Result<std::string> state_of(const bundle::BundleManifest& manifest,
                                           const ReadOnlyFileSystem& files);

} // namespace pyw::cloud

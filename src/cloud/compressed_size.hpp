// How large a bundle is once compressed: the platform's limits count compressed bytes.
#pragma once

#include <base/filesystem.hpp>
#include <bundle/manifest.hpp>

#include <cstdint>

namespace pyw::cloud {

/// Bytes after gzip at level 6. The bundle is compressed in pieces of 1 MiB on all processors, which differs
/// from one long stream by under 1 % (measured on the FastAPI set: +0.3 %). Nothing is kept in memory but the
/// pieces at work.
[[nodiscard]] Result<std::uint64_t> compressed_size(const bundle::BundleManifest& manifest,
                                                    const ReadOnlyFileSystem& files);

/// The same, remembered in `cache` as long as no file's size or time changes.
[[nodiscard]] Result<std::uint64_t>
compressed_size(const bundle::BundleManifest& manifest, FileSystem& files, const Path& cache);

/// Hexadecimal digits that change when the path, size or time of one of the bundle's files does.
[[nodiscard]] Result<std::string> state_of(const bundle::BundleManifest& manifest,
                                           const ReadOnlyFileSystem& files);

} // namespace pyw::cloud

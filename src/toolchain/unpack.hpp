// From a downloaded archive to the files of a part.
#pragma once

#include <base/filesystem.hpp>
#include <toolchain/manifest.hpp>
#include <toolchain/tree_record.hpp>

namespace pyw::toolchain {

/// Whether a file's digest is what the manifest pins ("sha512-…" or "sha256:…"). Fails only when it cannot be
/// read.
[[nodiscard]] Result<bool>
has_digest(const ReadOnlyFileSystem& files, const Path& path, std::string_view digest);

/// Writes the wanted files of the archive below `folder` and returns their record, which the caller compares
/// with Pin::tree_digest. Fails on a damaged archive and when the disk is full.
[[nodiscard]] Result<TreeRecord>
unpack(FileSystem& files, const Path& archive, const Pin& pin, const Path& folder);

} // namespace pyw::toolchain

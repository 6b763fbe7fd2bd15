// The guest's files and the byte code, on disk: kept in the cache by content, made when they are missing.
#pragma once

#include <base/world.hpp>
#include <runtime/plan.hpp>

#include <optional>
#include <string>

namespace pyw::runtime {

/// The folder with the guest's JavaScript and `guest.pack`, its Python; written when the cache lacks it. The
/// folder's name holds the digest of all of it.
[[nodiscard]] Result<Path> store_guest(const Path& cache, FileSystem& files);

/// The Worker's packages as a pack of sources in the run directory, and the digest of their content. When
/// nothing has changed by path, size and time since the last call, no file is read.
struct PackagesPack {
  Path pack;
  std::string digest;
  std::optional<Path> libraries = {}; ///< see pick_libraries
};

[[nodiscard]] Result<PackagesPack>
store_packages(const bundle::BundleManifest& bundle, const Path& run_directory, FileSystem& files);

/// The packs of byte code for the library, the guest and the packages; compiled now when the cache lacks one.
/// When that fails the Worker still runs, slower to start: `library_is_archive` and no pack for the packages.
struct ByteCode {
  std::vector<Path> library;
  bool library_is_archive = false;
  std::optional<Path> packages;
};

[[nodiscard]] ByteCode store_byte_code(const config::Project& project,
                                       const RuntimeParts& parts,
                                       const Path& guest,
                                       const PackagesPack& packages,
                                       World& world);

} // namespace pyw::runtime

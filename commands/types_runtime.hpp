// The stubs that depend on the runtime's declarations only: lowered once, kept in pyw's cache.
#pragma once

#include <base/world.hpp>
#include <typegen/stubs.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace pyw::commands {

struct RuntimeRequest {
  Path directory;                        ///< where the project's .npmrc is looked for
  std::optional<Path> declarations = {}; ///< instead of the pinned ones
  std::vector<Path> extra = {};          ///< more files of declarations
  bool null_is_none = false;
  bool need_report = false; ///< the report is not cached: lower anew
};

/// From the cache when the same declarations were lowered before by the same pyw; else lowered, and kept.
/// Fails when a file of declarations cannot be read, or the pinned ones not be fetched. A cache that cannot
/// be written is no failure.
[[nodiscard]] Result<typegen::RuntimeStubs> runtime_stubs(World& world, const RuntimeRequest& request);

/// Replaces a stub whole, but does not wait for the disk (20 ms for all of them): what a power cut leaves of
/// it is found to be stale, and written again.
[[nodiscard]] Result<void> write_stub(FileSystem& files, const Path& path, std::string_view content);

} // namespace pyw::commands

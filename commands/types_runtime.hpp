// The stubs that depend on the runtime's declarations only: lowered once, kept in pyw's cache.
#pragma once

#include <base/world.hpp>
#include <typegen/stubs.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::commands {

struct RuntimeRequest {
  Path directory;                        ///< where the project's .npmrc is looked for
  std::optional<Path> declarations = {}; ///< instead of the pinned ones

  /// Those that workerd gives for a compatibility date and flags, instead of the pinned ones.
  struct Dated {
    std::string date;
    std::vector<std::string> flags;
  };

  std::optional<Dated> dated = {};
  std::vector<Path> extra = {}; ///< more files of declarations
  bool null_is_none = false;
  bool need_report = false; ///< the report is not cached: lower anew
};

/// From the cache when the same declarations were lowered before by the same pyw; else lowered, and kept.
/// Fails when a file of declarations cannot be read, the pinned ones or workerd not be fetched, or workerd
/// does not know the date or a flag. A cache that cannot
/// be written is no failure; it is written in another thread (RuntimeStubs::beside).
[[nodiscard]] Result<typegen::RuntimeStubs> runtime_stubs(World& world, const RuntimeRequest& request);

/// Replaces a stub whole, but does not wait for the disk (20 ms for all of them): what a power cut leaves of
/// it is found to be stale, and written again.
[[nodiscard]] Result<void> write_stub(FileSystem& files, const Path& path, std::string_view content);

} // namespace pyw::commands

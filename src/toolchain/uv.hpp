// Which uv is used: the user's own when it is new enough, else the pinned one.
#pragma once

#include <base/world.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::toolchain {

/// The first uv that installs from pylock.toml with `--preview-features pylock` and takes our answer about
/// the interpreter (facts/python.md 3).
inline constexpr std::string_view oldest_uv = "0.13.4";

struct UvProgram {
  Path path;
  std::string version;

  bool operator==(const UvProgram&) const = default;
};

/// The first `uv` in PATH, whatever its version; nullopt when there is none or it does not run. The version
/// is asked for once (a process costs 10 ms) and remembered in the cache by path, size and modification time.
[[nodiscard]] Result<std::optional<UvProgram>> uv_in_path(World& world);

/// "0.13.8" out of "uv 0.13.8 (abc 2026-11-01)"; nullopt when it is something else.
[[nodiscard]] std::optional<std::string> parse_uv_version(std::string_view output);

/// Compares dotted numbers: 0.13.10 is newer than 0.13.4. What follows the numbers ("rc1") is left out.
[[nodiscard]] bool is_at_least(std::string_view version, std::string_view wanted);

/// The uv to run: PYW_UV when set, the one in PATH when it is at least `oldest_uv`, else the pinned one,
/// fetched when needed. Fails as ensure() does, and when PYW_UV names something that is no uv.
[[nodiscard]] Result<UvProgram> find_uv(World& world, const Path& directory);

} // namespace pyw::toolchain

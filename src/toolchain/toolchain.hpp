// What pyw drives, ready to use: checked, and fetched when it is not there.
#pragma once

#include <base/world.hpp>
#include <toolchain/cache.hpp>
#include <toolchain/manifest.hpp>

#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace pyw::toolchain {

/// Where the parts are.
class Installed {
public:
  /// The folder of a part that was asked for.
  [[nodiscard]] const Path& folder(Part part) const { return m_folders.at(part); }

  [[nodiscard]] Path file(Part part, std::string_view path) const { return folder(part) / path; }

  /// The executable of workerd or uv.
  [[nodiscard]] Path program(Part part) const;

private:
  friend Result<Installed> ensure(World&, const Path&, std::span<const Part>, CheckDepth);
  std::map<Part, Path> m_folders;
};

/// Makes sure that the parts are in the cache, whole, and says where. With everything there it costs one stat
/// a file and no lock; what is missing or damaged is fetched, verified and put in place, several at once,
/// while other pyw wait for their turn. `directory` is where the project's .npmrc is looked for.
///
/// With CheckDepth::digests every byte is checked first: for when a start has failed.
///
/// Fails when this platform has no such part, with `--offline` when something would have to be fetched, and
/// with what net/ says about the network. What has arrived by then is kept for the next run.
[[nodiscard]] Result<Installed> ensure(World& world,
                                       const Path& directory,
                                       std::span<const Part> parts,
                                       CheckDepth depth = CheckDepth::sizes);

/// Fetches the parts anew, whatever is there.
[[nodiscard]] Result<void> reinstall(World& world, const Path& directory, std::span<const Part> parts);

/// The pins of parts on this machine. Fails when one has none.
[[nodiscard]] Result<std::vector<const Pin*>> pins_here(std::span<const Part> parts);

[[nodiscard]] Cache cache_of(World& world);

} // namespace pyw::toolchain

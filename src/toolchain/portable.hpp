// One archive that carries the installed parts to a machine without the network.
#pragma once

#include <base/world.hpp>
#include <toolchain/cache.hpp>

#include <span>
#include <vector>

namespace pyw::toolchain {

/// Writes the parts, which must be ready, to a .tar.zst: FOLDER/FILE for each file of each part. Same parts,
/// same bytes.
[[nodiscard]] Result<void>
export_parts(World& world, const Cache& cache, std::span<const Pin* const> pins, const Path& archive);

/// Puts the parts of such an archive in place that are pinned for this platform, each after its files proved
/// to be the pinned ones; the caller holds the cache's lock. Returns them. Fails on a damaged or altered
/// archive (parts that came before the damage are in place) and on one that has nothing for this machine.
[[nodiscard]] Result<std::vector<const Pin*>> import_parts(World& world, Cache& cache, const Path& archive);

} // namespace pyw::toolchain

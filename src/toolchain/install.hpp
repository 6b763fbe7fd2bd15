// Fetching parts into the cache.
#pragma once

#include <base/world.hpp>
#include <toolchain/cache.hpp>
#include <toolchain/manifest.hpp>

#include <span>

namespace pyw::toolchain {

/// Fetches, verifies and places the parts; the caller holds the cache's lock. An archive with wrong bytes is
/// fetched once more from the start; wrong again is an error. Fails with the first error once all have ended.
[[nodiscard]] Result<void>
install(World& world, Cache& cache, const Path& directory, std::span<const Pin* const> pins);

} // namespace pyw::toolchain

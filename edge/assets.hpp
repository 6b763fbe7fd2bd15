// What an upload of a version takes from the assets that were sent before it.
#pragma once

#include <edge/operations.hpp>

#include <optional>

namespace pyw::edge {

/// Sets `version.assets` by the metadata's `assets`: {jwt, config}.
[[nodiscard]] std::optional<Problem> take_assets(Api& api, const Json& metadata, Version& version);

} // namespace pyw::edge

// Durable Object classes of a Worker over its versions: migrations decide which there are, and a renamed
// class keeps its objects.
#pragma once

#include <base/json.hpp>
#include <base/result.hpp>

#include <string>

namespace pyw::edge {

/// `classes` is {CLASS: {"key", "sqlite"}}: the key is what ids are made from, and where the objects lie.
/// Gives them as they are after `migrations` ({steps}) and `exports` ({CLASS: {type, storage, state}}) of an
/// upload, either of which may be null. Fails, for the client, at a step that cannot be taken.
[[nodiscard]] Result<Json>
migrated(Json classes, const std::string& script, const Json& migrations, const Json& exports);

} // namespace pyw::edge

// The configuration's schema: every key that wrangler 4.164 knows (its config-schema.json), with types and
// with how environments inherit it. Keys that only concern JavaScript are known too, so that a shared file
// gives no warnings.
#pragma once

#include <config/shape.hpp>

#include <span>

namespace pyw::config {

/// The keys of the file's top level; `env` among them.
[[nodiscard]] std::span<const Key> top_level_keys();

/// The top-level key of that name; nullptr when it is unknown.
[[nodiscard]] const Key* find_top_level_key(std::string_view name);

} // namespace pyw::config

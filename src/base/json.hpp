// JSON whose keys keep the order in which they are written, and careful looks into what others sent.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace pyw {

using Json = nlohmann::ordered_json;

/// The text at a key; empty when there is none.
[[nodiscard]] std::string text_at(const Json& object, std::string_view key);

/// What lies at a key when it is an object, or an array; else an empty one.
[[nodiscard]] Json object_at(const Json& object, std::string_view key);
[[nodiscard]] Json array_at(const Json& object, std::string_view key);

} // namespace pyw

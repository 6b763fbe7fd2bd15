// The JSON of the deploy API: keys keep the order in which they are written.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace pyw::cloud {

using Json = nlohmann::ordered_json;

} // namespace pyw::cloud

// The JSON of the deploy API.
#pragma once

#include <base/json.hpp>

namespace pyw::cloud {

using pyw::Json;

} // namespace pyw::cloud

// What an API token can look like.
#pragma once

#include <base/result.hpp>
#include <base/secret.hpp>

#include <string_view>

namespace pyw::cloud {

/// A token goes into a header: an ellipsis, a blank or a newline from a bad copy would break the request in
/// odd ways. Fails for such a one, with `where` it came from and without its text.
[[nodiscard]] Result<Secret> checked_token(std::string_view token, std::string_view where);

} // namespace pyw::cloud

// The description inside a snapshot file: JSON that the guest wrote and will read again.
#pragma once

#include <snapshot/file.hpp>

#include <string_view>

namespace pyw::snapshot {

/// Everything but size and key. Fails, with what is wrong, unless every number fits the others: the guest
/// puts them to use unchecked.
[[nodiscard]] Result<Snapshot> read_description(std::string_view text);

} // namespace pyw::snapshot

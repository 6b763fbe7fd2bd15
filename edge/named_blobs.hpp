// The blobs that versions name: their modules, their snapshot, their static assets.
#pragma once

#include <edge/blobs.hpp>
#include <edge/version.hpp>

#include <map>
#include <string>
#include <vector>

namespace pyw::edge {

/// By digest, what to call it: "the module `a.py` of the Worker `shop`, version 3". The manifest of assets is
/// read to find their content; of one that cannot be read only the manifest itself is named.
[[nodiscard]] std::map<std::string, std::string> named_blobs(const std::vector<Version>& versions,
                                                             const BlobStore& blobs);

} // namespace pyw::edge

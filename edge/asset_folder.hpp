// A version's static assets as the folder that workerd serves.
#pragma once

#include <base/filesystem.hpp>
#include <base/json.hpp>
#include <config/bindings.hpp>
#include <edge/blobs.hpp>
#include <edge/version.hpp>

namespace pyw::edge {

/// Below the folder of a version's generated files.
inline constexpr const char* asset_folder_name = "assets";

/// The rules of the configuration ("html_handling", "run_worker_first", …), with the folder's name. `binding`
/// may be empty. Pure.
[[nodiscard]] config::Assets assets_of(const StoredAssets& assets, const std::string& binding);

/// Where the content of each file is kept, by its path ("/index.html"). Fails when the manifest is damaged.
[[nodiscard]] Result<std::map<std::string, std::string>> digests_of(const StoredAssets& assets,
                                                                    const BlobStore& blobs);

/// Lays the files out in `folder`, as links to blobs that were checked, whole or not at all. Fails when a
/// blob is missing or damaged.
[[nodiscard]] Result<void>
lay_out_assets(const StoredAssets& assets, const Path& folder, const BlobStore& blobs, FileSystem& files);

} // namespace pyw::edge

// Static assets: which files, under which hash.
#pragma once

#include <base/filesystem.hpp>
#include <cloud/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::cloud {

struct Asset {
  std::string path;       ///< "/img/dot.png"
  Path source;            ///< absolute
  std::uint64_t size = 0; ///< bytes
  std::string hash;       ///< 32 hexadecimal digits
};

struct AssetManifest {
  std::vector<Asset> assets; ///< sorted by path
  std::string headers;       ///< the text of `_headers`
  std::string redirects;     ///< the text of `_redirects`
  bool has_headers = false;
  bool has_redirects = false;
};

/// Every file below `directory` but `.assetsignore`, `_headers`, `_redirects` and what `.assetsignore` names
/// (patterns of gitignore(5)). Fails on a file over 25 MiB, and on a `_worker.js` when there is no
/// `.assetsignore`: it would publish a server's code.
[[nodiscard]] Result<AssetManifest> read_assets(const Path& directory, const ReadOnlyFileSystem& files);

/// The first 32 hexadecimal digits of BLAKE3(base64(content) + extension without its dot).
[[nodiscard]] Result<std::string> asset_hash(const Path& file, const ReadOnlyFileSystem& files);

/// {"/path": {"hash": …, "size": …}}
[[nodiscard]] Json manifest_json(const AssetManifest& manifest);

} // namespace pyw::cloud

// An upload of static assets under way: what the client offered, and the tokens by which it goes on. The
// server keeps nothing of it but the manifest, a blob: the rest is in the token, sealed.
#pragma once

#include <base/json.hpp>
#include <edge/blobs.hpp>
#include <edge/vault.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// As on the platform (developers.cloudflare.com/workers/static-assets, "limits").
inline constexpr std::size_t most_assets = 100'000;
inline constexpr std::uint64_t largest_asset = std::uint64_t{25} << 20U;
inline constexpr std::int64_t asset_session_seconds = 3600;

struct AssetSession {
  std::string account;
  std::string script;
  std::string token;     ///< the id of the API token that it was begun with
  std::string manifest;  ///< digest of the blob
  std::int64_t ends = 0; ///< seconds since 1970
  bool complete = false; ///< everything has arrived
};

/// A JWT in form: clients read `exp` of its payload. What it says is in its last part, sealed.
[[nodiscard]] Result<std::string> to_token(const AssetSession& session, const Vault& vault);

/// nullopt when the token is none of this server's, or its time is over.
[[nodiscard]] std::optional<AssetSession>
session_of(std::string_view token, const Vault& vault, std::int64_t now);

struct OfferedAsset {
  std::string hash;
  std::uint64_t size = 0;
};

/// By path ("/img/dot.png").
using AssetManifest = std::map<std::string, OfferedAsset>;

/// Reads `{"/path": {"hash": …, "size": …}}`. Fails, for the client, when a path leads out of the folder, is
/// a file and a folder, or a file is too large.
[[nodiscard]] Result<AssetManifest> parse_manifest(const Json& json);

/// Those that are missing in groups for one request each: by size and by number.
[[nodiscard]] std::vector<std::vector<std::string>> buckets_of(const std::vector<OfferedAsset>& missing);

/// Base64 (RFC 4648, 4) without anything else in it; nullopt when it is none.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace pyw::edge

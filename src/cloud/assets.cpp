#include <base/glob.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/assets.hpp>
#include <cloud/base64_reader.hpp>

#include <blake3.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>

namespace pyw::cloud {

namespace {

constexpr std::uint64_t largest_asset_bytes = 25 * 1024 * 1024;
constexpr std::string_view worker_script = "_worker.js";

Result<IgnoreRules> ignore_rules(const Path& directory, const ReadOnlyFileSystem& files, bool& has_file) {
  IgnoreRules rules("/.assetsignore\n/_redirects\n/_headers\n");
  PYW_TRY_ASSIGN(const auto text, files.read_if_exists(directory / ".assetsignore"));
  has_file = text.has_value();
  if (text) {
    rules.add(*text);
  }
  return rules;
}

Error worker_script_error() {
  return user_error(
      fmt::format("the assets hold a `{}`: uploading it would publish a server's code", worker_script),
      {fmt::format("name `{}` in a file `.assetsignore` in the assets folder, or remove it", worker_script),
       "an empty `.assetsignore` says that it is meant"});
}

Error too_large_error(const Path& file, std::uint64_t size) {
  return user_error(fmt::format("the asset `{}` is too large: {}, the most is {}",
                                file.string(),
                                human_size(size),
                                human_size(largest_asset_bytes)),
                    {"leave it out with `.assetsignore`, or keep it in R2"});
}

/// nullopt for what is no file: links to folders are not followed.
Result<std::optional<Asset>>
asset_at(const Path& directory, const Path& relative, const ReadOnlyFileSystem& files) {
  const auto source = directory / relative;
  PYW_TRY_ASSIGN(const auto status, files.status(source));
  if (!status || status->type != FileType::file) {
    return std::nullopt;
  }
  if (status->size > largest_asset_bytes) {
    return failure(too_large_error(source, status->size));
  }
  PYW_TRY_ASSIGN(auto hash, asset_hash(source, files));
  return Asset{"/" + relative.generic_string(), source, status->size, std::move(hash)};
}

} // namespace

Result<std::string> asset_hash(const Path& file, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(auto reader, files.open(file));
  Base64Reader text(std::move(reader));
  blake3_hasher hasher;
  blake3_hasher_init(&hasher);
  std::string piece(64 * 1024, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto count, text.read(piece.data(), piece.size()));
    if (count == 0) {
      break;
    }
    blake3_hasher_update(&hasher, piece.data(), count);
  }
  const auto extension = file.extension().string();
  if (!extension.empty()) {
    blake3_hasher_update(&hasher, extension.data() + 1, extension.size() - 1);
  }
  std::array<std::uint8_t, 16> digest{};
  blake3_hasher_finalize(&hasher, digest.data(), digest.size());
  return to_hex(std::string(digest.begin(), digest.end()));
}

Result<AssetManifest> read_assets(const Path& directory, const ReadOnlyFileSystem& files) {
  AssetManifest manifest;
  bool has_ignore_file = false;
  PYW_TRY_ASSIGN(const auto ignored, ignore_rules(directory, files, has_ignore_file));
  PYW_TRY_ASSIGN(const auto paths, list_tree(files, directory));
  for (const auto& relative : paths) {
    const auto path = relative.generic_string();
    if (ignored.ignores_with_parents(path)) {
      continue;
    }
    if (!has_ignore_file && path.starts_with(worker_script)) {
      return failure(worker_script_error());
    }
    PYW_TRY_ASSIGN(auto asset, asset_at(directory, relative, files));
    if (asset) {
      manifest.assets.push_back(std::move(*asset));
    }
  }
  PYW_TRY_ASSIGN(auto headers, files.read_if_exists(directory / "_headers"));
  PYW_TRY_ASSIGN(auto redirects, files.read_if_exists(directory / "_redirects"));
  manifest.has_headers = headers.has_value();
  manifest.headers = std::move(headers).value_or("");
  manifest.has_redirects = redirects.has_value();
  manifest.redirects = std::move(redirects).value_or("");
  return manifest;
}

Json manifest_json(const AssetManifest& manifest) {
  auto out = Json::object();
  for (const auto& asset : manifest.assets) {
    out[asset.path] = Json{{"hash", asset.hash}, {"size", asset.size}};
  }
  return out;
}

} // namespace pyw::cloud

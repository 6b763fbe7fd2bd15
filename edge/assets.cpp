// Static assets: upload sessions, and what a version has of them.
#include <edge/asset_records.hpp>
#include <edge/assets.hpp>
#include <edge/multipart.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <variant>

namespace pyw::edge {

namespace {

Problem refused(std::string why) {
  return {400, 10304, std::move(why)};
}

Result<AssetManifest> manifest_of(const AssetSession& session, const BlobStore& blobs) {
  PYW_TRY_ASSIGN(const auto text, blobs.read(session.manifest));
  return parse_manifest(Json::parse(text));
}

/// Each once, in the order of their paths.
Result<std::vector<OfferedAsset>>
missing_of(const AssetManifest& manifest, const std::string& account, Api& api) {
  AssetRecords records(api.parts().records.database());
  std::vector<OfferedAsset> out;
  std::set<std::string> seen;
  for (const auto& [path, asset] : manifest) {
    if (!seen.insert(asset.hash).second) {
      continue;
    }
    PYW_TRY_ASSIGN(const auto known, records.find(account, asset.hash));
    PYW_TRY_ASSIGN(const auto kept, known ? api.parts().blobs.keep(known->digest) : Result<bool>(false));
    if (!kept) {
      out.push_back(asset);
    }
  }
  return out;
}

/// The parts of an upload as assets; each must have been offered, with that size.
std::variant<std::vector<StoredAsset>, Problem> take_parts(const std::vector<FormPart>& form,
                                                           const AssetManifest& manifest,
                                                           bool is_base64,
                                                           BlobStore& blobs) {
  std::map<std::string, std::uint64_t> offered;
  for (const auto& [path, asset] : manifest) {
    offered.emplace(asset.hash, asset.size);
  }
  std::vector<StoredAsset> taken;
  for (const auto& part : form) {
    const auto content = is_base64 ? decode_base64(part.content) : std::optional(std::string(part.content));
    const auto expected = offered.find(part.name);
    if (expected == offered.end() || !content || content->size() != expected->second) {
      return refused(
          fmt::format("the asset `{}` was not offered, or is not what was offered", part.name.substr(0, 32)));
    }
    auto digest = blobs.put(*content);
    if (!digest) {
      return store_problem(digest.error());
    }
    taken.push_back({part.name, std::move(*digest), content->size()});
  }
  return taken;
}

} // namespace

Outcome post_asset_session(Api& api, const Call& call) {
  auto& parts = api.parts();
  const auto manifest = parse_manifest(object_at(call.json(), "manifest"));
  if (!manifest) {
    return refused(std::string(manifest.error().message()));
  }
  PYW_STORED(const auto missing, missing_of(*manifest, call.account.id, api));
  PYW_STORED(auto digest, parts.blobs.put(object_at(call.json(), "manifest").dump()));
  const AssetSession session{call.account.id,
                             call.at("script"),
                             call.token.id,
                             std::move(digest),
                             parts.records.seconds() + asset_session_seconds,
                             missing.empty()};
  PYW_STORED(const auto token, to_token(session, parts.vault));
  return Json{{"jwt", token}, {"buckets", buckets_of(missing)}};
}

Outcome post_assets(Api& api, const Call& call) {
  auto& parts = api.parts();
  auto session = *call.assets; // the router lets nobody in without one
  const auto form = parse_form(call.request.content_type, call.request.body);
  if (!form) {
    return refused(std::string(form.error().message()));
  }
  PYW_STORED(const auto manifest, manifest_of(session, parts.blobs));
  const bool is_base64 = call.request.parameter("base64") == "true";
  auto taken = take_parts(*form, manifest, is_base64, parts.blobs);
  if (const auto* problem = std::get_if<Problem>(&taken)) {
    return *problem;
  }
  PYW_STORED_VOID(parts.blobs.flush());
  PYW_STORED_VOID(
      AssetRecords(parts.records.database()).add(session.account, std::get<std::vector<StoredAsset>>(taken)));
  PYW_STORED(const auto missing, missing_of(manifest, session.account, api));
  if (!missing.empty()) {
    return Json{{"jwt", nullptr}, {"buckets", Json::array()}};
  }
  session.complete = true;
  PYW_STORED(const auto token, to_token(session, parts.vault));
  return Json{{"jwt", token}, {"buckets", Json::array()}};
}

std::optional<Problem> take_assets(Api& api, const Json& metadata, Version& version) {
  auto& parts = api.parts();
  const auto given = object_at(metadata, "assets");
  const auto session = session_of(text_at(given, "jwt"), parts.vault, parts.records.seconds());
  if (!session || !session->complete || session->account != version.account ||
      session->script != version.script) {
    return refused("`assets.jwt` is not the token of a completed upload for this Worker, or is too old");
  }
  const auto manifest = manifest_of(*session, parts.blobs);
  if (!manifest) {
    return store_problem(manifest.error());
  }
  AssetRecords records(parts.records.database());
  auto contents = Json::object();
  for (const auto& [path, asset] : *manifest) {
    const auto known = records.find(version.account, asset.hash);
    if (!known) {
      return store_problem(known.error());
    }
    const auto kept = *known ? parts.blobs.keep((*known)->digest) : Result<bool>(false);
    if (!kept) {
      return store_problem(kept.error());
    }
    if (!*kept) {
      return refused(fmt::format("the asset `{}` has not arrived", path));
    }
    contents[path] = (*known)->digest;
  }
  auto digest = parts.blobs.put(contents.dump());
  if (!digest) {
    return store_problem(digest.error());
  }
  version.assets = StoredAssets{std::move(*digest), object_at(given, "config").dump()};
  return std::nullopt;
}

} // namespace pyw::edge

#include <base/filesystem.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <edge/asset_session.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::edge {

namespace {

constexpr std::string_view session_sealed_for = "assets-upload-session";
constexpr std::size_t hash_digits = 32;
constexpr std::size_t longest_step = 255; // NAME_MAX
constexpr std::size_t longest_path = 1024;
/// What a client sends in one request: base64 of it, with the form around, is far below the API's limit.
constexpr std::uint64_t bucket_bytes = std::uint64_t{30} << 20U;
constexpr std::size_t bucket_files = 500;

std::string base64url(std::string_view bytes) {
  auto text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

bool is_hash(std::string_view text) {
  return text.size() == hash_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Why it cannot be a file's path; empty when it can.
std::string fault_of(const std::string& path) {
  if (!path.starts_with('/') || path.size() > longest_path || !stays_inside(Path(path.substr(1))) ||
      std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return "it is no path of a file";
  }
  const auto steps = split(std::string_view(path).substr(1), '/');
  if (std::any_of(steps.begin(), steps.end(), [](const auto& step) {
        return step.empty() || step == "." || step.size() > longest_step;
      })) {
    return "a part of it is no file's name";
  }
  constexpr std::array<std::string_view, 3> rules{"/_headers", "/_redirects", "/.assetsignore"};
  return std::find(rules.begin(), rules.end(), path) == rules.end() ? "" : "it holds rules, and is no asset";
}

} // namespace

Result<std::string> to_token(const AssetSession& session, const Vault& vault) {
  const Json said{{"account", session.account},
                  {"script", session.script},
                  {"token", session.token},
                  {"manifest", session.manifest},
                  {"exp", session.ends},
                  {"complete", session.complete}};
  PYW_TRY_ASSIGN(const auto sealed, vault.seal(Secret(said.dump()), session_sealed_for));
  return fmt::format("{}.{}.{}",
                     base64url(R"({"typ":"JWT","alg":"none"})"),
                     base64url(Json{{"exp", session.ends}, {"complete", session.complete}}.dump()),
                     sealed);
}

std::optional<AssetSession> session_of(std::string_view token, const Vault& vault, std::int64_t now) {
  const auto parts = split(token, '.');
  if (parts.size() != 3) {
    return std::nullopt;
  }
  const auto text = vault.unseal(parts[2], session_sealed_for);
  if (!text) {
    return std::nullopt;
  }
  const auto said = Json::parse(text->reveal());
  AssetSession session{said.at("account"),
                       said.at("script"),
                       said.at("token"),
                       said.at("manifest"),
                       said.at("exp"),
                       said.at("complete")};
  return session.ends > now ? std::optional(std::move(session)) : std::nullopt;
}

Result<AssetManifest> parse_manifest(const Json& json) {
  AssetManifest out;
  if (!json.is_object() || json.size() > most_assets) {
    return failure(user_error(fmt::format("`manifest` is an object of {} assets at most", most_assets)));
  }
  for (const auto& [path, item] : json.items()) {
    const auto size = item.is_object() ? item.value("size", Json()) : Json();
    OfferedAsset asset{text_at(item, "hash"), size.is_number_unsigned() ? size.get<std::uint64_t>() : 0};
    auto fault = fault_of(path);
    if (fault.empty() && (!is_hash(asset.hash) || !size.is_number_unsigned())) {
      fault = "it has no hash of 32 digits, or no size";
    }
    if (fault.empty() && asset.size > largest_asset) {
      fault = "it is larger than " + human_size(largest_asset);
    }
    if (!fault.empty()) {
      return failure(user_error(fmt::format("the asset `{}` is refused: {}", path, fault)));
    }
    out.emplace(path, std::move(asset));
  }
  for (const auto& [path, asset] : out) {
    const auto below = out.lower_bound(path + "/");
    if (below != out.end() && below->first.starts_with(path + "/")) {
      return failure(user_error(fmt::format("the asset `{}` is a file and a folder", path)));
    }
  }
  return out;
}

std::vector<std::vector<std::string>> buckets_of(const std::vector<OfferedAsset>& missing) {
  std::vector<std::vector<std::string>> out;
  std::uint64_t bytes = 0;
  for (const auto& asset : missing) {
    if (out.empty() || out.back().size() == bucket_files || bytes + asset.size > bucket_bytes) {
      out.emplace_back();
      bytes = 0;
    }
    out.back().push_back(asset.hash);
    bytes += asset.size;
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr unsigned char none = 0xff;
  static const auto values = [&] {
    std::array<unsigned char, 256> table{};
    table.fill(none);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      table[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
    }
    return table;
  }();
  const auto end = text.find_last_not_of('=') + 1;
  if (text.size() % 4 != 0 || text.size() - end > 2) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, end)) {
    const auto value = values[static_cast<unsigned char>(c)];
    if (value == none) {
      return std::nullopt;
    }
    bits = (bits << 6U) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffU));
    }
  }
  return out;
}

} // namespace pyw::edge

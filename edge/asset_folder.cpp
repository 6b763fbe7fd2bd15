#include <edge/asset_folder.hpp>
#include <edge/json_value.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <set>

namespace pyw::edge {

namespace {

/// The configuration carries the text of these files.
constexpr std::array<const char*, 2> rule_files{"_headers", "_redirects"};

config::OptionalText optional_text(const Json& config, const char* key) {
  const auto text = text_at(config, key);
  return text.empty() ? config::OptionalText{} : config::OptionalText(text);
}

} // namespace

config::Assets assets_of(const StoredAssets& assets, const std::string& binding) {
  const auto config = Json::parse(assets.config);
  config::Assets out;
  out.directory = asset_folder_name;
  out.binding = binding.empty() ? config::OptionalText{} : config::OptionalText(binding);
  out.html_handling = optional_text(config, "html_handling");
  out.not_found_handling = optional_text(config, "not_found_handling");
  out.base_path = optional_text(config, "base_path");
  if (config.contains("run_worker_first") && !config["run_worker_first"].is_null()) {
    out.run_worker_first = value_of(config["run_worker_first"]);
  }
  return out;
}

Result<std::map<std::string, std::string>> digests_of(const StoredAssets& assets, const BlobStore& blobs) {
  PYW_TRY_ASSIGN(const auto text, blobs.read(assets.manifest));
  return Json::parse(text).get<std::map<std::string, std::string>>();
}

Result<void>
lay_out_assets(const StoredAssets& assets, const Path& folder, const BlobStore& blobs, FileSystem& files) {
  if (files.is_directory(folder)) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto digests, digests_of(assets, blobs));
  const Path fresh = folder.string() + ".fresh";
  PYW_TRY(files.remove_all(fresh)); // of a start that did not come to its end
  PYW_TRY(files.make_directories(fresh));
  std::set<Path> made;
  for (const auto& [path, digest] : digests) {
    PYW_TRY(blobs.check(digest));
    const auto link = fresh / path.substr(1);
    if (made.insert(link.parent_path()).second) {
      PYW_TRY(files.make_directories(link.parent_path()));
    }
    PYW_TRY(files.make_symlink(blobs.path_of(digest), link));
  }
  const auto config = Json::parse(assets.config);
  for (const auto* name : rule_files) {
    if (const auto rules = text_at(config, name); !rules.empty()) {
      PYW_TRY(files.write(fresh / name, rules));
    }
  }
  return files.rename(fresh, folder);
}

} // namespace pyw::edge

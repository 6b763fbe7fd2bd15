#include <base/glob.hpp>
#include <cloud/metadata.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::cloud {

namespace {

constexpr std::size_t most_packages = 200; // what the platform takes

void set_if(Json& out, const char* key, Json value) {
  if (!value.is_null()) {
    out[key] = std::move(value);
  }
}

Json assets_metadata(const Worker& worker, const UploadParts& parts) {
  auto config = Json::object();
  if (const auto configured = worker.section("assets"); configured.is_object()) {
    for (const auto* key : {"html_handling", "not_found_handling", "base_path", "run_worker_first"}) {
      if (configured.contains(key)) {
        config[key] = configured[key];
      }
    }
  }
  if (parts.has_assets_redirects) {
    config["_redirects"] = parts.assets_redirects;
  }
  if (parts.has_assets_headers) {
    config["_headers"] = parts.assets_headers;
  }
  return {{"jwt", parts.assets_jwt}, {"config", std::move(config)}};
}

Json annotations_of(const Worker& worker) {
  auto out = Json::object();
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) {
      out[key] = *value;
    }
  };
  add("workers/message", worker.message);
  add("workers/tag", worker.tag);
  if (worker.upload == Upload::version) {
    add("workers/alias", worker.preview_alias);
    return out; // there even when empty
  }
  return out.empty() ? Json() : out;
}

Json keep_bindings(const Worker& worker) {
  auto out = Json::array();
  if (worker.keep_vars) {
    out = {"plain_text", "json"};
  }
  out.push_back("secret_text"); // secrets are set apart from deployments, which must never delete them
  out.push_back("secret_key");
  return out;
}

Json assets_only_metadata(const Worker& worker, const UploadParts& parts) {
  Json out = {{"assets", assets_metadata(worker, parts)}};
  set_if(out, "annotations", annotations_of(worker));
  out["compatibility_date"] = worker.compatibility_date;
  out["compatibility_flags"] = worker.compatibility_flags;
  return out;
}

/// The nearest node_modules that has the package, from the project upwards.
std::string installed_version(const std::string& name, Path folder, const ReadOnlyFileSystem& files) {
  for (;;) {
    const auto text = files.read_if_exists(folder / "node_modules" / name / "package.json");
    if (text && *text) {
      const auto json = Json::parse(**text, nullptr, false);
      return json.is_object() && json.contains("version") && json["version"].is_string()
                 ? json["version"].get<std::string>()
                 : "";
    }
    if (folder == folder.parent_path()) {
      return "";
    }
    folder = folder.parent_path();
  }
}

bool is_local_reference(const std::string& version) {
  return version.starts_with("workspace:") || version.starts_with("catalog:") ||
         version.starts_with("file:") || version.starts_with("link:");
}

} // namespace

Json placement_of(const Json& configured) {
  if (!configured.is_object()) {
    return {};
  }
  const auto mode = configured.value("mode", "");
  const auto hint = configured.value("hint", "");
  if (hint.empty() && mode == "off") {
    return {};
  }
  if (!hint.empty() || mode == "smart") {
    return hint.empty() ? Json{{"mode", "smart"}} : Json{{"mode", "smart"}, {"hint", hint}};
  }
  for (const auto* key : {"region", "host", "hostname"}) {
    if (const auto value = configured.value(key, ""); !value.empty()) {
      return {{"mode", "targeted"}, {key, value}};
    }
  }
  return {};
}

Json upload_metadata(const Worker& worker, const UploadParts& parts) {
  if (!worker.manifest) {
    return assets_only_metadata(worker, parts);
  }
  const bool deploys = worker.upload == Upload::deployment;
  Json out = {{"main_module", worker.manifest->entry.path}, {"bindings", metadata_bindings(worker.bindings)}};
  set_if(out, "containers", worker.section("containers"));
  out["compatibility_date"] = worker.compatibility_date;
  out["compatibility_flags"] = worker.compatibility_flags;
  set_if(out, "migrations", parts.migrations ? *parts.migrations : Json());
  set_if(
      out, "code_update_strategy", parts.sends_code_update_strategy ? *worker.code_update_strategy : Json());
  set_if(out, "exports", parts.exports.payload ? *parts.exports.payload : Json());
  out["keep_bindings"] = keep_bindings(worker);
  set_if(out, "logpush", deploys && worker.logpush ? Json(*worker.logpush) : Json());
  set_if(out, "placement", placement_of(worker.section("placement")));
  set_if(out, "tail_consumers", worker.section("tail_consumers"));
  set_if(out, "streaming_tail_consumers", deploys ? worker.section("streaming_tail_consumers") : Json());
  set_if(out, "limits", worker.section("limits"));
  set_if(out, "annotations", annotations_of(worker));
  set_if(out, "assets", parts.assets_jwt.empty() ? Json() : assets_metadata(worker, parts));
  set_if(out, "observability", deploys ? worker.section("observability") : Json());
  set_if(out, "cache_options", worker.section("cache"));
  set_if(out, "package_dependencies", parts.package_dependencies ? *parts.package_dependencies : Json());
  if (const auto unsafe = worker.section("unsafe"); unsafe.is_object() && unsafe.contains("metadata")) {
    out.update(unsafe["metadata"]);
  }
  return out;
}

std::shared_ptr<Json>
package_dependencies(const Path& project_root, const Json& instrumentation, const ReadOnlyFileSystem& files) {
  const auto text = files.read_if_exists(project_root / "package.json");
  const bool wanted = !instrumentation.is_object() || instrumentation.value("enabled", true);
  if (!text || !*text || !wanted) {
    return nullptr;
  }
  const auto package = Json::parse(**text, nullptr, false);
  auto listed = Json::object();
  for (const auto* key : {"dependencies", "devDependencies"}) {
    if (package.is_object() && package.contains(key) && package[key].is_object()) {
      listed.update(package[key]);
    }
  }
  const auto excluded =
      instrumentation.is_object() ? instrumentation.value("exclude_packages", Json::array()) : Json::array();
  const auto is_excluded = [&](const std::string& name) {
    return std::any_of(excluded.begin(), excluded.end(), [&](const Json& pattern) {
      return pattern.is_string() && glob_match(pattern.get<std::string>(), name);
    });
  };
  auto out = Json::array();
  for (const auto& [name, version] : listed.items()) {
    if (out.size() == most_packages || !version.is_string() ||
        is_local_reference(version.get<std::string>()) || is_excluded(name)) {
      continue;
    }
    if (const auto installed = installed_version(name, project_root, files); !installed.empty()) {
      out.push_back({{"name", name}, {"packageJsonVersion", version}, {"installedVersion", installed}});
    }
  }
  return out.empty() ? nullptr : std::make_shared<Json>(std::move(out));
}

} // namespace pyw::cloud

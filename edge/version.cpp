#include <base/json.hpp>
#include <edge/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

const StoredModule* Version::find_module(std::string_view name) const {
  const auto found =
      std::find_if(modules.begin(), modules.end(), [&](const auto& module) { return module.name == name; });
  return found == modules.end() ? nullptr : &*found;
}

std::string to_document(const Version& version) {
  auto modules = Json::array();
  for (const auto& module : version.modules) {
    modules.push_back(Json::array({module.name, module.type, module.digest, module.size}));
  }
  Json out = {{"id", version.id},
              {"account", version.account},
              {"script", version.script},
              {"number", version.number},
              {"created", version.created},
              {"main_module", version.main_module},
              {"compatibility_date", version.compatibility_date},
              {"compatibility_flags", version.compatibility_flags},
              {"modules", std::move(modules)},
              {"bindings", version.bindings},
              {"secrets", version.secrets},
              {"classes", version.classes},
              {"foreign_keys", version.foreign_keys},
              {"metadata", version.metadata},
              {"annotations", version.annotations},
              {"source", version.source},
              {"startup_ms", version.startup_ms}};
  if (version.snapshot) {
    out["snapshot"] = {{"digest", version.snapshot->digest},
                       {"key", version.snapshot->key},
                       {"source_root", version.snapshot->source_root}};
  }
  if (version.assets) {
    out["assets"] = {{"manifest", version.assets->manifest}, {"config", version.assets->config}};
  }
  return out.dump();
}

Result<Version> version_from_document(std::string_view document) {
  try {
    const auto json = Json::parse(document);
    Version version;
    version.id = json.at("id");
    version.account = json.at("account");
    version.script = json.at("script");
    version.number = json.at("number");
    version.created = json.at("created");
    version.main_module = json.at("main_module");
    version.compatibility_date = json.at("compatibility_date");
    version.compatibility_flags = json.at("compatibility_flags").get<std::vector<std::string>>();
    for (const auto& module : json.at("modules")) {
      version.modules.push_back({module.at(0), module.at(1), module.at(2), module.at(3)});
    }
    version.bindings = json.at("bindings");
    version.secrets = json.at("secrets").get<std::map<std::string, std::string>>();
    version.classes = json.value("classes", "{}"); // earlier servers kept none
    version.foreign_keys = json.value("foreign_keys", "{}");
    version.metadata = json.at("metadata");
    version.annotations = json.at("annotations");
    version.source = json.at("source");
    version.startup_ms = json.at("startup_ms");
    if (json.contains("snapshot")) {
      version.snapshot = SnapshotName{
          json["snapshot"].at("digest"), json["snapshot"].at("key"), json["snapshot"].at("source_root")};
    }
    if (json.contains("assets")) {
      version.assets = StoredAssets{json["assets"].at("manifest"), json["assets"].at("config")};
    }
    return version;
  } catch (const Json::exception& error) {
    return failure(internal_error(std::string("a stored version cannot be read: ") + error.what()));
  }
}

} // namespace pyw::edge

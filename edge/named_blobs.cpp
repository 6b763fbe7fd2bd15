#include <base/json.hpp>
#include <edge/named_blobs.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

std::map<std::string, std::string> named_blobs(const std::vector<Version>& versions, const BlobStore& blobs) {
  std::map<std::string, std::string> out;
  for (const auto& version : versions) {
    const auto whose = fmt::format("of the Worker `{}`, version {}", version.script, version.number);
    for (const auto& module : version.modules) {
      out.try_emplace(module.digest, fmt::format("the module `{}` {}", module.name, whose));
    }
    if (version.snapshot) {
      out.try_emplace(version.snapshot->digest, fmt::format("the snapshot {}", whose));
    }
    if (!version.assets || !out.try_emplace(version.assets->manifest, "the list of assets " + whose).second) {
      continue; // versions share it: read once
    }
    const auto text = blobs.read(version.assets->manifest);
    const auto contents = text ? Json::parse(*text, nullptr, false) : Json::object();
    for (const auto& [path, digest] : contents.items()) {
      out.try_emplace(digest.get<std::string>(), fmt::format("the asset `{}` {}", path, whose));
    }
  }
  return out;
}

} // namespace pyw::edge

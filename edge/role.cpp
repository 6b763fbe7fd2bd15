#include <base/json.hpp>
#include <edge/role.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

bool keeps_objects(const Version& version) {
  if (!Json::parse(version.classes).empty()) {
    return true;
  }
  const auto bindings = Json::parse(version.bindings);
  return std::any_of(bindings.begin(), bindings.end(), [&](const auto& binding) {
    const auto script = text_at(binding, "script_name");
    return text_at(binding, "type") == "workflow" && (script.empty() || script == version.script);
  });
}

std::string owner_of(const std::vector<Share>& versions) {
  const auto largest = std::max_element(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    return a.percentage < b.percentage;
  });
  return largest == versions.end() ? "" : largest->version;
}

Role role_of(const std::string& version, const std::vector<Share>& versions) {
  const bool is_deployed = std::any_of(
      versions.begin(), versions.end(), [&](const auto& share) { return share.version == version; });
  return !is_deployed ? Role::trial : owner_of(versions) == version ? Role::owner : Role::guest;
}

Role role_to_start(const std::string& version, const std::vector<Share>& versions, bool is_tried) {
  const auto role = role_of(version, versions);
  return role == Role::trial && !is_tried && !versions.empty() ? Role::guest : role;
}

} // namespace pyw::edge

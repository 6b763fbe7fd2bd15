#include <base/text.hpp>
#include <cloud/zones.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::cloud {

std::string host_of_pattern(std::string pattern) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (pattern.starts_with(scheme)) {
      pattern.erase(0, scheme.size());
    }
  }
  if (pattern.starts_with("*/")) {
    return "";
  }
  pattern = replace_all(replace_all(std::move(pattern), "*.", ""), "*", "");
  return pattern.substr(0, pattern.find_first_of("/:?"));
}

Result<std::optional<std::string>> ZoneFinder::zone_of(const config::Route& route) {
  auto host = host_of_pattern(route.pattern);
  if (host.empty() && route.zone_name) {
    host = host_of_pattern(*route.zone_name);
  }
  if (route.zone_id) {
    return host.empty() ? std::nullopt : route.zone_id;
  }
  if (host.empty()) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto zone, zone_of_host(route.zone_name.value_or(host)));
  return zone;
}

Result<std::string> ZoneFinder::zone_of_host(const std::string& host) {
  auto rest = host;
  while (rest.find('.') != std::string::npos) {
    if (m_known.count(rest) == 0) {
      auto call = get("/zones", {{"name", rest}, {"account.id", m_account}});
      call.retry = Retry::yes;
      PYW_TRY_ASSIGN(const auto zones, to_result(m_api.listed(call)));
      m_known[rest] = zones.empty() ? "" : zones.front().value("id", "");
    }
    if (const auto& id = m_known[rest]; !id.empty()) {
      return id;
    }
    rest.erase(0, rest.find('.') + 1);
  }
  return failure(user_error(fmt::format("no zone of the account serves `{}`", host),
                            {"the domain must be set up at Cloudflare, in this account",
                             "`zone_id` or `zone_name` beside the pattern says which zone is meant"}));
}

} // namespace pyw::cloud

// Which zone a route belongs to.
#pragma once

#include <cloud/api.hpp>
#include <config/project.hpp>

#include <map>
#include <optional>
#include <string>

namespace pyw::cloud {

/// "*.example.com/x" -> "example.com"; empty when the pattern names no host ("*/x").
[[nodiscard]] std::string host_of_pattern(std::string pattern);

/// Looks zones up once each.
class ZoneFinder {
public:
  ZoneFinder(Api& api, std::string account) : m_api(api), m_account(std::move(account)) {}

  /// The id of a route's zone: as configured, else by its host, shortened label by label until a zone is
  /// found. nullopt when the pattern names no host and no zone. Fails when no zone serves the host.
  [[nodiscard]] Result<std::optional<std::string>> zone_of(const config::Route& route);

private:
  [[nodiscard]] Result<std::string> zone_of_host(const std::string& host);

  Api& m_api;
  std::string m_account;
  std::map<std::string, std::string> m_known; ///< by host; "" where there is none
};

} // namespace pyw::cloud

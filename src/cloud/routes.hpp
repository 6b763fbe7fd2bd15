// Routes and custom domains of a Worker.
#pragma once

#include <cloud/api.hpp>
#include <cloud/confirm.hpp>
#include <cloud/worker.hpp>

#include <string>
#include <vector>

namespace pyw::cloud {

/// Fails when one of the routes belongs to another Worker.
[[nodiscard]] Result<void> check_routes_are_free(Api& api, const std::string& account, const Worker& worker);

/// Replaces all routes of the script. A token without rights on all zones falls back to zone by zone, where
/// routes are only added. Returns warnings.
[[nodiscard]] Result<std::vector<std::string>>
publish_routes(Api& api, const std::string& account, const Worker& worker);

/// Points the custom domains at the script. On a terminal a domain that serves another Worker, and a DNS
/// record in the way, are asked about first.
[[nodiscard]] Result<void> publish_domains(Api& api,
                                           const std::string& account,
                                           const Worker& worker,
                                           Interaction interaction,
                                           const Confirm& confirm);

} // namespace pyw::cloud

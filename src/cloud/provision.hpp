// Resources that bindings name but that may not exist yet: inherited from the live version, found by name, or
// made.
#pragma once

#include <cloud/api.hpp>
#include <cloud/remote_state.hpp>
#include <cloud/worker.hpp>

#include <string>
#include <vector>

namespace pyw::cloud {

struct ProvisionResult {
  std::vector<std::string> made;      ///< "KV Namespace `x-cache`", for people
  std::vector<std::string> unchecked; ///< bindings that the token may not look up
};

/// Reads the live settings, then gives every KV, D1, R2, queue, AI Search, Agent Memory, dispatch and
/// Flagship binding of `worker` its resource: `inherited`, its id, or a new resource under the configured
/// name, else
/// `<worker>-<binding>`. Fails when a lookup fails or a resource cannot be made.
[[nodiscard]] Result<ProvisionResult> provision(Api& api, const std::string& account, Worker& worker);

/// The name that a resource gets when the configuration names none: "api" and "MY_CACHE" give "api-my-cache".
[[nodiscard]] std::string default_resource_name(const std::string& script, const std::string& binding);

} // namespace pyw::cloud

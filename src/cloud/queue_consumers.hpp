// Queues and who reads them.
#pragma once

#include <cloud/api.hpp>

#include <optional>
#include <string>

namespace pyw::cloud {

/// The queue of that name, with its consumers. Fails when there is none.
[[nodiscard]] Result<Json> find_queue(Api& api, const std::string& account, const std::string& name);

/// Makes `script` a consumer of the queue, or updates the one that it is.
[[nodiscard]] Result<void> set_worker_consumer(Api& api,
                                               const std::string& account,
                                               const std::string& queue,
                                               const std::string& script,
                                               const Json& body);

/// The id of the consumer that `script` is. Where several are (one for each environment of a service) it is
/// that of `environment`, else of the service's default one. Fails when it is none.
[[nodiscard]] Result<std::string> worker_consumer_id(Api& api,
                                                     const std::string& account,
                                                     const Json& queue,
                                                     const std::string& script,
                                                     const std::optional<std::string>& environment = {});

} // namespace pyw::cloud

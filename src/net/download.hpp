// Several downloads at once over one curl multi handle. Private to net/.
#pragma once

#include <base/http.hpp>
#include <base/reporter.hpp>
#include <net/retry.hpp>
#include <net/surroundings.hpp>

#include <vector>

namespace pyw::net {

/// What HttpClient::download promises.
[[nodiscard]] Result<void> download_all(const Surroundings& surroundings,
                                        Clock& clock,
                                        Reporter& reporter,
                                        const std::vector<HttpClient::Download>& downloads,
                                        const RetryPolicy& policy = {});

} // namespace pyw::net

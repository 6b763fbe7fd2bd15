// What a failure of libcurl means to the user. Private to net/.
#pragma once

#include <base/http.hpp>
#include <net/surroundings.hpp>

#include <string>

namespace pyw::net {

/// What was known when a transfer failed.
struct TransferFailure {
  int code = 0;           ///< a CURLcode
  std::string detail;     ///< curl's own words
  int system_error = 0;   ///< errno of the connect, 0 when unknown
  int connect_status = 0; ///< what a proxy answered to CONNECT, 0 when it did not
  std::string url;
  std::string proxy; ///< the proxy that was to be used, "" for none
};

/// One of the ends a user can tell apart: no network or DNS, refused, timeout, certificate, proxy, broken
/// connection. `transient` is set where a retry may help.
[[nodiscard]] Error
explain(const TransferFailure& failure, const HttpRequest& request, const Surroundings& surroundings);

} // namespace pyw::net

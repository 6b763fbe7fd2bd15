// The HTTP client over libcurl.
#pragma once

#include <base/clock.hpp>
#include <base/environment.hpp>
#include <base/http.hpp>
#include <base/reporter.hpp>

#include <memory>

namespace pyw::net {

/// libcurl is loaded with the first request. Proxies (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) and extra
/// certificate authorities (SSL_CERT_FILE, SSL_CERT_DIR) come from the environment.
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client(const Environment& environment, Clock& clock,
                                                           Reporter& reporter);

} // namespace pyw::net

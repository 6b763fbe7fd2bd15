// The HTTP client over libcurl.
#pragma once

#include <base/clock.hpp>
#include <base/environment.hpp>
#include <base/http.hpp>
#include <base/reporter.hpp>

#include <memory>

namespace pyw::net {

/// libcurl is loaded with the first request. Proxies and certificate authorities come from the environment
/// (net/surroundings.hpp), unless the request's own HttpConnection says otherwise. send() may be called from
/// several threads at once; connections are kept open and used again.
///
/// download() keeps `<destination>.resume` beside each file (which version the bytes belong to) and continues
/// it with Range and If-Range (RFC 9110 13.1.5, 14.2). A file that is known to be whole is not fetched again:
/// when it turns out to be wrong, remove both.
[[nodiscard]] std::unique_ptr<HttpClient>
make_http_client(const Environment& environment, Clock& clock, Reporter& reporter);

} // namespace pyw::net

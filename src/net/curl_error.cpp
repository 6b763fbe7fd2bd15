#include <base/text.hpp>
#include <net/curl_error.hpp>
#include <net/url.hpp>

#include <curl/curl.h>
#include <fmt/core.h>

#include <cerrno>
#include <vector>

namespace pyw::net {

namespace {

constexpr const char* network_hint =
    "check the network connection; behind a company's proxy, set HTTPS_PROXY";

Error transient_error(std::string message, std::vector<std::string> hints) {
  auto error = user_error(std::move(message), std::move(hints));
  error.transient = true;
  return error;
}

std::string where_the_proxy_is_set() {
  return "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, and `proxy` and `https-proxy` in .npmrc; NO_PROXY "
         "lists the "
         "hosts that need none";
}

Error no_certificate_file(const HttpRequest& request, const Surroundings& surroundings) {
  if (request.connection.certificate_authorities) {
    return user_error(fmt::format("cannot read the certificate authorities in `{}`",
                                  request.connection.certificate_authorities->string()),
                      {"check `cafile` in .npmrc and the file it names"});
  }
  if (!surroundings.certificate_variable.empty()) {
    return user_error(fmt::format("cannot read the certificate authorities in `{}`",
                                  surroundings.certificate_file.value_or("")),
                      {fmt::format("check the environment variable {}", surroundings.certificate_variable)});
  }
  return user_error("the system's certificate authorities cannot be read",
                    {"install the package `ca-certificates`, or name a file in SSL_CERT_FILE"});
}

Error untrusted(const TransferFailure& failure) {
  return user_error(
      fmt::format("the certificate of `{}` is not trusted: {}", host_of(failure.url), failure.detail),
      {"if a company's proxy opens TLS connections, name the file with its certificate authority in "
       "SSL_CERT_FILE "
       "(or `cafile` in .npmrc)",
       "a wrong clock makes certificates invalid too: check `date`"});
}

Error not_connected(const TransferFailure& failure) {
  const auto host = host_of(failure.url);
  // "Failed to connect to HOST port PORT": the proxy's, when it was the proxy.
  const auto proxy = host_of(failure.proxy);
  const bool at_proxy =
      !proxy.empty() && failure.detail.find(replace_all(proxy, ":", " port ")) != std::string::npos;
  if (at_proxy) {
    return transient_error(fmt::format("cannot connect to the proxy `{}`", host_of(failure.proxy)),
                           {where_the_proxy_is_set()});
  }
  if (failure.system_error == ECONNREFUSED) {
    return transient_error(fmt::format("`{}` refused the connection", host),
                           {"check the address and that the server runs"});
  }
  if (failure.system_error == ENETUNREACH || failure.system_error == EHOSTUNREACH) {
    return transient_error(fmt::format("no network: `{}` cannot be reached", host), {network_hint});
  }
  return transient_error(fmt::format("cannot connect to `{}`: {}", host, failure.detail), {network_hint});
}

Error proxy_answered(const TransferFailure& failure) {
  if (failure.connect_status == 407) {
    return user_error(fmt::format("the proxy `{}` wants a user and a password", host_of(failure.proxy)),
                      {"write them into the proxy's address: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"});
  }
  return user_error(fmt::format("the proxy `{}` refused the connection to `{}` with status {}",
                                host_of(failure.proxy),
                                host_of(failure.url),
                                failure.connect_status),
                    {where_the_proxy_is_set()});
}

} // namespace

Error explain(const TransferFailure& failure, const HttpRequest& request, const Surroundings& surroundings) {
  const auto host = host_of(failure.url);
  if (failure.connect_status >= 400) {
    return proxy_answered(failure);
  }
  switch (static_cast<CURLcode>(failure.code)) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return transient_error(fmt::format("the host `{}` cannot be found", host), {network_hint});
  case CURLE_COULDNT_RESOLVE_PROXY:
    return user_error(fmt::format("the proxy `{}` cannot be found", host_of(failure.proxy)),
                      {where_the_proxy_is_set()});
  case CURLE_COULDNT_CONNECT:
    return not_connected(failure);
  case CURLE_OPERATION_TIMEDOUT:
    return transient_error(fmt::format("`{}` did not answer for {} s", host, request.idle_timeout_s),
                           {network_hint});
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_ISSUER_ERROR:
    return untrusted(failure);
  case CURLE_SSL_CACERT_BADFILE:
    return no_certificate_file(request, surroundings);
  case CURLE_SSL_CONNECT_ERROR:
    return transient_error(fmt::format("no TLS connection to `{}`: {}", host, failure.detail),
                           {"check that the address speaks https, and " + where_the_proxy_is_set()});
  case CURLE_PROXY:
    return user_error(fmt::format("the proxy `{}` failed: {}", host_of(failure.proxy), failure.detail),
                      {where_the_proxy_is_set()});
  case CURLE_TOO_MANY_REDIRECTS:
    return user_error(fmt::format("`{}` redirects in a circle", redacted(failure.url)));
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_URL_MALFORMAT:
    return user_error(fmt::format("`{}` is not an http or https address", redacted(failure.url)));
  default:
    return transient_error(fmt::format("the connection to `{}` broke: {}", host, failure.detail),
                           {network_hint});
  }
}

} // namespace pyw::net

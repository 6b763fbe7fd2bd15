// What the environment says about reaching the network: proxies and certificate authorities.
#pragma once

#include <base/environment.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::net {

struct Surroundings {
  std::optional<std::string> http_proxy;
  std::optional<std::string> https_proxy;
  std::string no_proxy; ///< as curl takes it: hosts and domains, separated by commas
  std::optional<std::string> certificate_file;
  std::string certificate_variable; ///< the variable that named certificate_file, for messages
  std::optional<std::string> certificate_folder;

  [[nodiscard]] const std::optional<std::string>& proxy_for(std::string_view url) const {
    return url.starts_with("https:") ? https_proxy : http_proxy;
  }
};

/// Proxies: HTTPS_PROXY, http_proxy (the upper-case HTTP_PROXY too: pyw is no CGI program, which is why curl
/// ignores it), ALL_PROXY, NO_PROXY, each in lower case first as curl(1) reads them. Certificate authorities:
/// the first of SSL_CERT_FILE, CURL_CA_BUNDLE, PIP_CERT, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, so that who
/// has taught uv, pip or npm about a company's authority need not teach pyw; SSL_CERT_DIR beside it.
[[nodiscard]] Surroundings surroundings_of(const Environment& environment);

} // namespace pyw::net

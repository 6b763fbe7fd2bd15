#include <net/surroundings.hpp>

#include <initializer_list>

namespace pyw::net {

namespace {

std::optional<std::string> first_of(const Environment& environment,
                                    std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    if (auto value = environment.get_nonempty(name)) {
      return value;
    }
  }
  return std::nullopt;
}

} // namespace

Surroundings surroundings_of(const Environment& environment) {
  Surroundings found;
  found.http_proxy = first_of(environment, {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"});
  found.https_proxy = first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  found.no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"}).value_or("");
  for (const auto* name :
       {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
    if (auto value = environment.get_nonempty(name)) {
      found.certificate_file = std::move(value);
      found.certificate_variable = name;
      break;
    }
  }
  found.certificate_folder = environment.get_nonempty("SSL_CERT_DIR");
  return found;
}

} // namespace pyw::net

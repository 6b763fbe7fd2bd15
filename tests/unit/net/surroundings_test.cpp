#include <net/surroundings.hpp>
#include <support/catch.hpp>

#include <map>
#include <string>

using namespace pyw;
using namespace pyw::net;

TEST_CASE("proxies are read from either case, by scheme, with ALL_PROXY behind them") {
  const auto found = surroundings_of(Environment({{"HTTPS_PROXY", "http://upper:1"},
                                                  {"https_proxy", "http://lower:1"},
                                                  {"ALL_PROXY", "http://all:1"},
                                                  {"NO_PROXY", "localhost,.internal"}}));
  CHECK(found.proxy_for("https://example.invalid/") == "http://lower:1");
  CHECK(found.proxy_for("http://example.invalid/") == "http://all:1");
  CHECK(found.no_proxy == "localhost,.internal");
  CHECK(surroundings_of(Environment{}).proxy_for("https://example.invalid/") == std::nullopt);
  const std::map<std::string, std::string> empty{{"https_proxy", ""}};
  CHECK(surroundings_of(Environment(empty)).https_proxy == std::nullopt);
}

TEST_CASE("the first variable that names certificate authorities wins, and is remembered") {
  const auto found = surroundings_of(Environment(
      {{"PIP_CERT", "/pip.pem"}, {"NODE_EXTRA_CA_CERTS", "/node.pem"}, {"SSL_CERT_DIR", "/etc/certs"}}));
  CHECK(found.certificate_file == "/pip.pem");
  CHECK(found.certificate_variable == "PIP_CERT");
  CHECK(found.certificate_folder == "/etc/certs");
  const auto other = surroundings_of(Environment({{"PIP_CERT", "/pip.pem"}, {"SSL_CERT_FILE", "/ssl.pem"}}));
  CHECK(other.certificate_file == "/ssl.pem");
  CHECK(surroundings_of(Environment{}).certificate_file == std::nullopt);
}

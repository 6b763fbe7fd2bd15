#include <support/catch.hpp>
#include <toolchain/npmrc.hpp>

using namespace pyw;
using namespace pyw::toolchain;

TEST_CASE("an .npmrc is read as npm reads it") {
  const Environment environment({{"TOKEN", "hush"}, {"EMPTY", ""}});
  const auto keys = parse_npmrc("; a comment\n"
                                "# another\n"
                                "registry = http://127.0.0.1/npm/\r\n"
                                "@scope:registry=\"http://127.0.0.1/scoped/\"\n"
                                "//127.0.0.1/npm/:_authToken=${TOKEN}\n"
                                "a=${ABSENT}\n"
                                "b=${ABSENT?}x\n"
                                "c=${EMPTY}y${TOKEN}\n"
                                "strict-ssl = false\n"
                                "quiet\n"
                                "ca[]=one\n"
                                "[section]\n"
                                "open=${TOKEN\n",
                                environment);
  CHECK(keys == NpmKeys{{"registry", "http://127.0.0.1/npm/"},
                        {"@scope:registry", "http://127.0.0.1/scoped/"},
                        {"//127.0.0.1/npm/:_authToken", "hush"},
                        {"a", "${ABSENT}"},
                        {"b", "x"},
                        {"c", "yhush"},
                        {"strict-ssl", "false"},
                        {"quiet", "true"},
                        {"open", "${TOKEN"}});
}

TEST_CASE("npm's settings in the environment") {
  const Environment environment({{"NPM_CONFIG_REGISTRY", "http://127.0.0.1/upper/"},
                                 {"npm_config_strict_ssl", "false"},
                                 {"npm_config_https_proxy", ""},
                                 {"npm_config_//127.0.0.1/:_authToken", "hush"},
                                 {"npm_config_@scope:registry", "http://127.0.0.1/scoped/"},
                                 {"OTHER", "x"}});
  CHECK(npm_keys_of(environment) == NpmKeys{{"registry", "http://127.0.0.1/upper/"},
                                            {"strict-ssl", "false"},
                                            {"//127.0.0.1/:_authToken", "hush"},
                                            {"@scope:registry", "http://127.0.0.1/scoped/"}});
}

TEST_CASE("credentials belong to the longest address that is a parent") {
  const NpmKeys keys{{"//127.0.0.1:81/:_authToken", "host"},
                     {"//127.0.0.1:81/npm/team/:_authToken", "team"},
                     {"//127.0.0.1/npm:_authToken", "no slash"}};
  CHECK(find_for_url(keys, "http://127.0.0.1:81/npm/team/pkg/-/pkg-1.tgz", ":_authToken") == "team");
  CHECK(find_for_url(keys, "http://127.0.0.1:81/npm/other/pkg", ":_authToken") == "host");
  CHECK(find_for_url(keys, "http://127.0.0.1:81/npm/teammate/pkg", ":_authToken") == "host");
  CHECK(find_for_url(keys, "http://127.0.0.1/npm/pkg?x=/", ":_authToken") == "no slash");
  CHECK(find_for_url(keys, "http://127.0.0.1:82/npm/team/pkg", ":_authToken") == std::nullopt);
  CHECK(find_for_url(keys, "http://127.0.0.1:81/", ":_password") == std::nullopt);
  CHECK(find_for_url(keys, "nonsense", ":_authToken") == std::nullopt);
}

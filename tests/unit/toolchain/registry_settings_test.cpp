#include <base/memory_filesystem.hpp>
#include <support/catch.hpp>
#include <toolchain/registry_defaults.hpp>
#include <toolchain/registry_settings.hpp>

using namespace pyw;
using namespace pyw::toolchain;

namespace {

struct SettingsBench {
  MemoryFileSystem files;
  std::map<std::string, std::string> variables{{"HOME", "/home/user"}};

  void write(const Path& path, std::string_view text) { REQUIRE(files.write(path, text)); }

  [[nodiscard]] RegistrySettings load(const Path& directory = "/home/user/project/src") const {
    return RegistrySettings::load(files, Environment(variables), directory).value();
  }
};

} // namespace

TEST_CASE("without settings the defaults hold") {
  const auto settings = SettingsBench{}.load();
  CHECK(settings.npm_registry_for("pyodide") == default_npm_registry);
  CHECK(settings.npm_choice_for("pyodide") == RegistryChoice::by_default);
  CHECK(settings.python_index() == std::string(default_python_index) + "/");
}

TEST_CASE("the nearer npm setting wins") {
  SettingsBench bench;
  bench.write("/etc/npmrc", "registry=http://127.0.0.1/global\nproxy=http://127.0.0.1:1");
  CHECK(bench.load().npm_registry_for("pyodide") == "http://127.0.0.1/global/");
  bench.write("/home/user/.npmrc", "registry=http://127.0.0.1/user/");
  CHECK(bench.load().npm_registry_for("pyodide") == "http://127.0.0.1/user/");
  bench.write("/home/user/project/.npmrc", "registry=http://127.0.0.1/project/");
  CHECK(bench.load().npm_registry_for("pyodide") == "http://127.0.0.1/project/");
  bench.variables["npm_config_registry"] = "http://127.0.0.1/environment";
  const auto settings = bench.load();
  CHECK(settings.npm_registry_for("pyodide") == "http://127.0.0.1/environment/");
  CHECK(settings.npm_choice_for("pyodide") == RegistryChoice::of_the_user);
  CHECK(settings.npm_request("http://127.0.0.1/x").connection.proxy == "http://127.0.0.1:1");
}

TEST_CASE("a scope may have a registry of its own") {
  SettingsBench bench;
  bench.write("/home/user/.npmrc",
              "@cloudflare:registry=http://127.0.0.1/scoped\nregistry=http://127.0.0.1/all");
  const auto settings = bench.load();
  CHECK(settings.npm_registry_for("@cloudflare/workerd-linux-64") == "http://127.0.0.1/scoped/");
  CHECK(settings.npm_registry_for("@other/thing") == "http://127.0.0.1/all/");
  CHECK(settings.npm_registry_for("pyodide") == "http://127.0.0.1/all/");
}

TEST_CASE("npm's files can be named") {
  SettingsBench bench;
  bench.write("/elsewhere/user", "registry=http://127.0.0.1/named");
  bench.write("/home/user/.npmrc", "registry=http://127.0.0.1/user");
  bench.variables["NPM_CONFIG_USERCONFIG"] = "/elsewhere/user";
  CHECK(bench.load().npm_registry_for("pyodide") == "http://127.0.0.1/named/");
}

TEST_CASE("requests carry the credentials of their host only") {
  SettingsBench bench;
  bench.variables["TOKEN"] = "hush";
  bench.write("/home/user/.npmrc",
              "//127.0.0.1:81/:_authToken=${TOKEN}\n//127.0.0.1:82/:_auth=aHVzaA==\ncafile=/"
              "ca.pem\nstrict-ssl=false\n");
  const auto settings = bench.load();
  const auto bearer = settings.npm_request("http://127.0.0.1:81/pkg.tgz");
  REQUIRE(bearer.bearer_token);
  CHECK(bearer.bearer_token->reveal() == "hush");
  CHECK(bearer.connection.certificate_authorities == "/ca.pem");
  CHECK(bearer.connection.verify == VerifyCertificates::no);
  const auto basic = settings.npm_request("http://127.0.0.1:82/pkg.tgz");
  CHECK_FALSE(basic.bearer_token);
  CHECK(basic.headers == HttpHeaders{{"Authorization", "Basic aHVzaA=="}});
  const auto other = settings.npm_request("http://127.0.0.1:83/pkg.tgz");
  CHECK_FALSE(other.bearer_token);
  CHECK(other.headers.empty());
}

TEST_CASE("the Python index comes from uv's settings, then from pip's") {
  SettingsBench bench;
  bench.write("/home/user/.config/pip/pip.conf",
              "[global]\nindex-url = "
              "http://127.0.0.1/pip\ncert=/pip.pem\n[download]\nindex-url=http://127.0.0.1/no\n");
  CHECK(bench.load().python_index() == "http://127.0.0.1/pip/");
  CHECK(bench.load().python_request("http://127.0.0.1/x").connection.certificate_authorities == "/pip.pem");
  bench.variables["PIP_INDEX_URL"] = "http://127.0.0.1/pip-env";
  CHECK(bench.load().python_index() == "http://127.0.0.1/pip-env/");
  bench.write("/home/user/.config/uv/uv.toml", "index-url = \"http://127.0.0.1/uv-user\"");
  CHECK(bench.load().python_index() == "http://127.0.0.1/uv-user/");
  bench.write("/home/user/project/uv.toml",
              "[[index]]\nname = \"extra\"\nurl = \"http://127.0.0.1/extra\"\n"
              "[[index]]\nurl = \"http://127.0.0.1/uv-project\"\ndefault = true\n");
  CHECK(bench.load().python_index() == "http://127.0.0.1/uv-project/");
  bench.variables["UV_INDEX_URL"] = "http://127.0.0.1/uv-old";
  CHECK(bench.load().python_index() == "http://127.0.0.1/uv-old/");
  bench.variables["UV_DEFAULT_INDEX"] = "company=http://user:hush@127.0.0.1/uv-new?a=b";
  CHECK(bench.load().python_index() == "http://user:hush@127.0.0.1/uv-new?a=b/");
}

TEST_CASE("proxies of npm, and .netrc for the index") {
  SettingsBench bench;
  bench.write("/home/user/.npmrc",
              "https-proxy=http://127.0.0.1:1\nproxy=http://127.0.0.1:2\nnoproxy=.internal\n");
  const auto settings = bench.load();
  CHECK(settings.npm_request("https://example.invalid/x").connection.proxy == "http://127.0.0.1:1");
  CHECK(settings.npm_request("http://example.invalid/x").connection.proxy == "http://127.0.0.1:2");
  CHECK(settings.npm_request("http://example.invalid/x").connection.no_proxy == ".internal");
  CHECK(settings.python_request("http://example.invalid/x").connection == HttpConnection{});
  bench.write("/home/user/.netrc", "machine example.invalid login user password hush");
  CHECK(bench.load().python_request("http://example.invalid/x").connection.netrc == "/home/user/.netrc");
}

TEST_CASE("a uv.toml that is not TOML is told, with its name") {
  SettingsBench bench;
  bench.write("/home/user/project/uv.toml", "index-url = ");
  const auto loaded = RegistrySettings::load(bench.files, Environment(bench.variables), "/home/user/project");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message() == "`/home/user/project/uv.toml` is not valid TOML");
}

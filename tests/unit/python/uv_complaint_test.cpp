// The texts are what uv 0.13.8 printed on 2026-11-21, hosts replaced.
#include "support/catch.hpp"

#include <python/uv_complaint.hpp>

using namespace pyw::python;

namespace {

struct Case {
  std::string text;
  Trouble trouble;
  std::string package;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> table{
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because no-such-package was not found in the package registry and app depends on "
       "no-such-package, we can "
       "conclude that your requirements are unsatisfiable.\n",
       Trouble::unknown_package,
       "no-such-package"},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because proxy-certificate was not found in the package registry and app depends on "
       "proxy-certificate, we "
       "can conclude that your requirements are unsatisfiable.\n",
       Trouble::unknown_package,
       "proxy-certificate"},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because all versions of markupsafe have no usable wheels and app depends on markupsafe, we "
       "can conclude "
       "that your requirements are unsatisfiable.\n\n"
       "hint: Wheels are required for `markupsafe` because building from source is disabled for all packages "
       "(i.e., with "
       "`--no-build`)\n",
       Trouble::no_wheel,
       "markupsafe"},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because there is no version of fastapi==99.0 and app depends on fastapi==99.0, we can "
       "conclude that your "
       "requirements are unsatisfiable.\n",
       Trouble::no_such_version,
       "fastapi"},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because fastapi==0.100.0 depends on starlette>=0.27.0,<0.28.0 and app depends on "
       "fastapi==0.100, we can "
       "conclude that app depends on starlette>=0.27.0,<0.28.0.\n"
       "         And because app depends on starlette>1, we can conclude that your requirements are "
       "unsatisfiable.\n",
       Trouble::conflict,
       ""},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because fastapi was not found in the cache and app depends on fastapi, we can conclude that "
       "your "
       "requirements are unsatisfiable.\n\n"
       "hint: Packages were unavailable because the network was disabled. When the network is disabled, "
       "registry packages "
       "may only be read from the cache.\n",
       Trouble::not_cached,
       "fastapi"},
      {"error: No solution found when resolving dependencies\n"
       "  cause: Because fastapi was not found in the package registry and app depends on fastapi, we can "
       "conclude that "
       "your requirements are unsatisfiable.\n\n"
       "hint: An index URL (http://127.0.0.1:1/simple) could not be queried due to a lack of valid "
       "authentication "
       "credentials (401 Unauthorized)\n",
       Trouble::index_login,
       "fastapi"},
      {"error: Request failed after 3 retries in 7.3s\n"
       "  cause: Failed to fetch: https://127.0.0.1:9/simple/fastapi/\n"
       "  cause: error sending request for url (https://127.0.0.1:9/simple/fastapi/)\n"
       "  cause: client error (Connect)\n  cause: tcp connect error\n  cause: Connection refused (os error "
       "111)\n",
       Trouble::unreachable,
       ""},
      {"error: Failed to fetch: https://index.example/simple/fastapi/\n"
       "  cause: error sending request for url (https://index.example/simple/fastapi/)\n"
       "  cause: client error (Connect)\n  cause: dns error\n  cause: error resolving DNS\n"
       "  cause: failed to lookup address information: Name or service not known\n",
       Trouble::unreachable,
       ""},
      {"error: Failed to fetch: https://localhost:1/simple/fastapi/\n"
       "  cause: client error (Connect)\n  cause: invalid peer certificate: "
       "Other(OtherError(CaUsedAsEndEntity))\n",
       Trouble::certificate,
       ""},
      {"error: Failed to fetch: https://index.example/simple/fastapi/\n"
       "  cause: client error (Connect)\n  cause: tunnel error: proxy authorization required\n",
       Trouble::proxy_login,
       ""},
      {"error: Failed to fetch: https://index.example/simple/fastapi/\n"
       "  cause: client error (Connect)\n  cause: tunnel error: failed to create underlying connection\n"
       "  cause: tcp connect error\n  cause: Connection refused (os error 111)\n",
       Trouble::proxy,
       ""},
      {"error: Failed to fetch: http://127.0.0.1:1/simple/fastapi/\n"
       "  cause: HTTP status server error (500 Internal Server Error) for url "
       "(http://127.0.0.1:1/simple/fastapi/)\n",
       Trouble::index_error,
       ""},
      {"error: Failed to write to the client cache\n"
       "  cause: failed to write to file `/c/simple-v27/x`: No space left on device (os error 28)\n",
       Trouble::disk_full,
       ""},
      {"error: Failed to inspect Python interpreter from provided path at `/p/python3.14`\n"
       "  cause: Querying Python at `/p/python3.14` returned an invalid response: missing field `result` at "
       "line 1 column 2\n",
       Trouble::refused_interpreter,
       ""},
      {"error: unexpected argument '--preview-features' found\n\nUsage: uv pip install\n",
       Trouble::too_old,
       ""},
      {"error: Package `mylib` can't be installed because it is marked as `--no-build` but has no binary "
       "distribution\n",
       Trouble::build_needed,
       "mylib"},
      {"error: Failed to build `mylib @ file:///p/lib`\n  cause: The build backend returned an error\n",
       Trouble::build_failed,
       "mylib"},
      {"error: TOML parse error at line 1, column 6\n  |\n1 | <<<<<\n  |      ^\nkey with no value, expected "
       "`=`\n",
       Trouble::bad_lock,
       ""},
      {"error: Failed to parse: pyproject.toml\n  cause: TOML parse error at line 1, column 1\n",
       Trouble::bad_project,
       ""},
      {"error: Distribution not found at: file:///p/nolib\n", Trouble::missing_path, ""},
      {"something else went wrong", Trouble::unknown, ""},
      {"", Trouble::unknown, ""},
  };
  return table;
}

} // namespace

TEST_CASE("every complaint is told apart") {
  for (const auto& [text, trouble, package] : cases()) {
    const auto complaint = parse_complaint(text);
    INFO(text);
    CHECK(classify(complaint) == trouble);
    CHECK(blamed_package(complaint) == package);
  }
}

TEST_CASE("a complaint is taken apart, warnings aside") {
  const auto complaint = parse_complaint(
      "warning: first\n  more of it\nerror: what\n  cause: why\n         and why\n\nhint: do\n");
  CHECK(complaint.headline == "what");
  CHECK(complaint.causes == std::vector<std::string>{"why\n         and why"});
  CHECK(complaint.hints == std::vector<std::string>{"do"});
  CHECK(trimmed_explanation(complaint) == "why\nand why");
}

TEST_CASE("of several packages that lack wheels, the one in the way is blamed") {
  const auto complaint = parse_complaint(
      "error: No solution found when resolving dependencies\n"
      "  cause: Because jinja2==2.0rc1 has no usable wheels and markupsafe>=1.1.0 has no usable wheels and "
      "jinja2==3.0.0a1 "
      "depends on markupsafe>=1.1 and all versions of markupsafe have no usable wheels\n\n"
      "hint: Wheels are required for `jinja2` because building from source is disabled\n\n"
      "hint: Wheels are required for `markupsafe` because building from source is disabled\n");
  CHECK(blamed_package(complaint) == "markupsafe");
}

TEST_CASE("the one who asks for a package") {
  const auto complaint =
      parse_complaint("error: No solution found when resolving dependencies\n"
                      "  cause: Because jinja2==3.1 depends on markupsafe>=2.0 and all versions of "
                      "markupsafe have no usable wheels\n");
  CHECK(dependent_of(complaint, "markupsafe") == "jinja2");
  CHECK(dependent_of(complaint, "markup").empty());
}

TEST_CASE("an address is shown without its login") {
  const auto complaint =
      parse_complaint("error: Failed to fetch: `https://user:secret@index.example/simple/x/`\n");
  CHECK(failed_address(complaint) == "https://index.example/simple/x/");
}

TEST_CASE("a long explanation is cut and says so") {
  UvComplaint complaint;
  complaint.causes = {"1\n2\n3\n4\n5"};
  CHECK(trimmed_explanation(complaint, 3) == "1\n2\n3\n… and 2 more lines (`-v` shows them)");
}

TEST_CASE("a local package that uv may not look into is named") {
  const auto refused = parse_complaint("error: Failed to build `mylib @ file:///p/lib`\n"
                                       "  cause: Building source distributions for `mylib` is disabled\n");
  CHECK(unbuilt_local_package(refused) == "mylib");
  const auto broken = parse_complaint(
      "error: Failed to build `mylib @ file:///p/lib`\n  cause: The build backend returned\n");
  CHECK(unbuilt_local_package(broken).empty());
  const auto from_git = parse_complaint("error: Failed to build `x @ git+https://h/x`\n"
                                        "  cause: Building source distributions for `x` is disabled\n");
  CHECK(unbuilt_local_package(from_git).empty());
}

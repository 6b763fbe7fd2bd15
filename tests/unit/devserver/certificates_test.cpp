#include <base/memory_filesystem.hpp>
#include <devserver/certificates.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::devserver;

TEST_CASE("certificates are made once, renewed in time, and made anew when damaged") {
  MemoryFileSystem files;
  const auto paths = certificate_files("/home/me/.config/pyw");
  const auto now = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 56));
  REQUIRE(ensure_certificates(paths, files, now));
  const auto authority = files.read(paths.authority).value();
  const auto server = files.read(paths.server).value();
  CHECK(server.find(authority) != std::string::npos); // the chain
  const auto facts = describe_certificate(authority).value();
  CHECK(facts.subject.find("this machine only") != std::string::npos);
  CHECK(facts.fingerprint.size() == 32 * 3 - 1);

  SECTION("nothing to do") {
    REQUIRE(ensure_certificates(paths, files, now + std::chrono::hours(24 * 300)));
    CHECK(files.read(paths.authority).value() == authority);
    CHECK(files.read(paths.server).value() == server);
  }
  SECTION("the server's ends soon") {
    REQUIRE(ensure_certificates(paths, files, now + std::chrono::hours(24 * 370)));
    CHECK(files.read(paths.authority).value() == authority);
    CHECK(files.read(paths.server).value() != server);
  }
  SECTION("the authority is gone: what it signed goes too") {
    REQUIRE(files.remove_all(paths.authority_key));
    REQUIRE(ensure_certificates(paths, files, now));
    CHECK(files.read(paths.authority).value() != authority);
    CHECK(files.read(paths.server).value() != server);
  }
  SECTION("half a file") {
    REQUIRE(files.write(paths.server, server.substr(0, 100)));
    REQUIRE(ensure_certificates(paths, files, now));
    CHECK(files.read(paths.server).value().find(authority) != std::string::npos);
  }
  CHECK_FALSE(describe_certificate("no certificate"));
}

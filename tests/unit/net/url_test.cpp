#include <net/url.hpp>
#include <support/catch.hpp>

using namespace pyw::net;

TEST_CASE("what may be secret is left out of a shown URL") {
  CHECK(redacted("http://example.invalid/a/b") == "http://example.invalid/a/b");
  CHECK(redacted("http://user:p@ss@example.invalid:8080/a") == "http://example.invalid:8080/a");
  CHECK(redacted("http://example.invalid/a?token=1#x") == "http://example.invalid/a?…");
  CHECK(redacted("http://example.invalid?token=1") == "http://example.invalid?…");
  CHECK(redacted("http://example.invalid/@scope/name") == "http://example.invalid/@scope/name");
}

TEST_CASE("the host of a URL has no user") {
  CHECK(host_of("http://user:pass@example.invalid:8080/a@b") == "example.invalid:8080");
  CHECK(host_of("http://example.invalid") == "example.invalid");
  CHECK(host_of("/no/host").empty());
}

TEST_CASE("links are resolved against the page they stand on") {
  const auto* page = "http://user:pw@example.invalid:81/simple/uv/?format=x";
  CHECK(resolve_link(page, "http://other.invalid/f.whl") == "http://other.invalid/f.whl");
  CHECK(resolve_link(page, "//other.invalid/f.whl") == "http://other.invalid/f.whl");
  CHECK(resolve_link(page, "/files/f.whl") == "http://user:pw@example.invalid:81/files/f.whl");
  CHECK(resolve_link(page, "f.whl") == "http://user:pw@example.invalid:81/simple/uv/f.whl");
  CHECK(resolve_link(page, "../../files/./f.whl?x=1") == "http://user:pw@example.invalid:81/files/f.whl?x=1");
  CHECK(resolve_link(page, "../../../../f.whl") == "http://user:pw@example.invalid:81/f.whl");
  CHECK(resolve_link("http://example.invalid", "f.whl") == "http://example.invalid/f.whl");
}

TEST_CASE("an index's user and password go to its own links only") {
  const auto* index = "http://user:pw@example.invalid:81/simple/uv/";
  CHECK(with_credentials_of(index, "http://example.invalid:81/f.whl?x") ==
        "http://user:pw@example.invalid:81/f.whl?x");
  CHECK(with_credentials_of(index, "https://example.invalid:81/f.whl") == "https://example.invalid:81/f.whl");
  CHECK(with_credentials_of(index, "http://example.invalid/f.whl") == "http://example.invalid/f.whl");
  CHECK(with_credentials_of(index, "http://me@example.invalid:81/f.whl") ==
        "http://me@example.invalid:81/f.whl");
  CHECK(with_credentials_of("http://example.invalid/", "http://example.invalid/f") ==
        "http://example.invalid/f");
}

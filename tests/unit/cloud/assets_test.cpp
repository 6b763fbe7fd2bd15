#include <base/memory_filesystem.hpp>
#include <cloud/assets.hpp>
#include <cloud/assets_upload.hpp>
#include <cloud/media_type.hpp>
#include <cloud/zones.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::cloud;

TEST_CASE("the hash is that of the platform's client") {
  MemoryFileSystem files;
  REQUIRE(files.write("/empty.txt", ""));
  REQUIRE(files.write("/404.html", "<p>missing</p>\n"));
  CHECK(asset_hash("/empty.txt", files) == "f9bc91770fa5e997cbd47fba833629fc");
  CHECK(asset_hash("/404.html", files) == "8441a4e35998592b677c733d78b0c135");
}

TEST_CASE("which files are assets") {
  MemoryFileSystem files;
  for (const auto* name :
       {"/s/index.html", "/s/_headers", "/s/_redirects", "/s/a/_headers", "/s/drafts/d.html", "/s/.x"}) {
    REQUIRE(files.write(name, name));
  }
  SECTION("all but the platform's own") {
    const auto found = read_assets("/s", files);
    REQUIRE(found);
    CHECK(manifest_json(*found).size() == 4);
    CHECK(found->headers == "/s/_headers");
  }
  SECTION("without what .assetsignore names") {
    REQUIRE(files.write("/s/.assetsignore", "drafts/\n*.x\n"));
    const auto found = read_assets("/s", files);
    REQUIRE(found);
    const auto json = manifest_json(*found);
    CHECK(json.contains("/index.html"));
    CHECK_FALSE(json.contains("/drafts/d.html"));
    CHECK_FALSE(json.contains("/.assetsignore"));
  }
  SECTION("a server's code is not published by mistake") {
    REQUIRE(files.write("/s/_worker.js", ""));
    CHECK_FALSE(read_assets("/s", files));
    REQUIRE(files.write("/s/.assetsignore", ""));
    CHECK(read_assets("/s", files));
  }
}

TEST_CASE("media types") {
  CHECK(asset_media_type("/a/b.html") == "text/html; charset=utf-8");
  CHECK(asset_media_type("/app.mjs") == "text/javascript; charset=utf-8");
  CHECK(asset_media_type("/x.PNG") == "image/png");
  CHECK(asset_media_type("/noext") == "application/null");
  CHECK(asset_media_type("/a.unheardof") == "application/null");
}

TEST_CASE("a token's payload is read, whatever it is") {
  CHECK(jwt_payload("e30.eyJleHAiOjEyfQ.x") == Json{{"exp", 12}});
  CHECK(jwt_payload("").is_null());
  CHECK(jwt_payload("a.!!.c").is_null());
}

TEST_CASE("the host of a route") {
  CHECK(host_of_pattern("example.com/api/*") == "example.com");
  CHECK(host_of_pattern("*.example.com/tools/*") == "example.com");
  CHECK(host_of_pattern("https://*example.com:8080/x") == "example.com");
  CHECK(host_of_pattern("*/x").empty());
}

#include <base/real_filesystem.hpp>
#include <edge/asset_folder.hpp>
#include <edge/asset_session.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;
using pyw::test::TemporaryFolder;

namespace {

Json one(const std::string& path, std::uint64_t size = 1, const std::string& hash = std::string(32, 'a')) {
  return {{path, {{"hash", hash}, {"size", size}}}};
}

} // namespace

TEST_CASE("a session's token says what was sealed into it, to this server and for its time") {
  TemporaryFolder folder;
  RealFileSystem files;
  const auto vault = *Vault::open(folder.path() / "key", files);
  const auto other = *Vault::open(folder.path() / "other", files);
  const AssetSession session{"account", "shop", "token", std::string(64, '0'), 5000, true};
  const auto token = *to_token(session, vault);
  const auto read = session_of(token, vault, 4999);
  REQUIRE(read);
  CHECK(read->account == "account");
  CHECK(read->script == "shop");
  CHECK(read->token == "token");
  CHECK(read->manifest == std::string(64, '0'));
  CHECK(read->complete);
  CHECK_FALSE(session_of(token, vault, 5000));
  CHECK_FALSE(session_of(token, other, 4999));
  CHECK_FALSE(session_of("", vault, 0));
  CHECK_FALSE(session_of("a.b.c", vault, 0));
  auto changed = token;
  changed[changed.size() - 6] = changed[changed.size() - 6] == 'A' ? 'B' : 'A';
  CHECK_FALSE(session_of(changed, vault, 4999));
}

TEST_CASE("a manifest names files inside its folder only, each a file or a folder") {
  CHECK(parse_manifest(one("/a/b.txt"))->size() == 1);
  CHECK(parse_manifest(Json::object())->empty());
  CHECK(parse_manifest(one("/späß dir/.hidden"))->size() == 1);
  for (const auto* path : {"a.txt",
                           "/",
                           "/../a",
                           "/a/../../b",
                           "/a//b",
                           "/a/",
                           "/./a",
                           "/_headers",
                           "/_redirects",
                           "/.assetsignore",
                           "/a\nb"}) {
    INFO(path);
    CHECK_FALSE(parse_manifest(one(path)));
  }
  CHECK_FALSE(parse_manifest(one("/a", largest_asset + 1)));
  CHECK_FALSE(parse_manifest(one("/a", 1, "short")));
  CHECK_FALSE(parse_manifest(one("/a", 1, std::string(31, 'a') + "/")));
  CHECK_FALSE(parse_manifest(Json{{"/a", 1}}));
  CHECK_FALSE(parse_manifest(Json::array()));
  auto both = one("/a");
  both.update(one("/a/b"));
  CHECK_FALSE(parse_manifest(both));
  auto beside = one("/a");
  beside.update(one("/a-b/c"));
  beside.update(one("/a.b"));
  CHECK(parse_manifest(beside));
}

TEST_CASE("what is missing comes in groups of bounded size") {
  CHECK(buckets_of({}).empty());
  const std::uint64_t large = std::uint64_t{20} << 20U;
  CHECK(buckets_of({{"a", large}, {"b", large}, {"c", 1}}) ==
        std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}});
  CHECK(buckets_of(std::vector<OfferedAsset>(1001, {"x", 1})).size() == 3);
}

TEST_CASE("base64 is decoded, or refused") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("YQ==") == "a");
  CHECK(decode_base64("YWI=") == "ab");
  CHECK(decode_base64("YWJj") == "abc");
  CHECK(decode_base64("//79") == "\xff\xfe\xfd");
  for (const auto* text : {"YQ", "YQ=", "Y===", "YW J", "YQ==\n", "Y-_j", "===="}) {
    INFO(text);
    CHECK_FALSE(decode_base64(text));
  }
}

TEST_CASE("a version's assets are laid out whole, with the text of its rules") {
  TemporaryFolder folder;
  RealFileSystem files;
  BlobStore blobs(folder.path() / "blobs", files);
  const auto content = *blobs.put("hello");
  const auto manifest = *blobs.put(Json{{"/a/b.txt", content}, {"/c", content}}.dump());
  const StoredAssets assets{manifest, R"({"_headers":"/a\n  X: y\n","html_handling":"none",
    "run_worker_first":["/api/*"]})"};
  const auto place = folder.path() / "assets";
  REQUIRE(lay_out_assets(assets, place, blobs, files));
  CHECK(files.read(place / "a/b.txt") == "hello");
  CHECK(files.read(place / "c") == "hello");
  CHECK(files.read(place / "_headers") == "/a\n  X: y\n");
  CHECK_FALSE(files.exists(place / "_redirects"));
  const auto rules = assets_of(assets, "ASSETS");
  CHECK(rules.binding == "ASSETS");
  CHECK(rules.html_handling == "none");
  CHECK(rules.run_worker_first);
  CHECK_FALSE(rules.not_found_handling);

  REQUIRE(files.write(blobs.path_of(content), "hellO"));
  CHECK_FALSE(lay_out_assets(assets, folder.path() / "again", blobs, files));
  CHECK_FALSE(files.exists(folder.path() / "again"));
}

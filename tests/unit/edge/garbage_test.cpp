#include <base/real_filesystem.hpp>
#include <edge/garbage.hpp>
#include <edge/named_blobs.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

using Kind = StoredItem::Kind;

constexpr std::int64_t hour = 3'600'000'000'000;

StoredItem item(Kind kind, const std::string& name, std::int64_t hours_ago, bool is_running = false) {
  return {kind, name, "/data/" + name, 1, 100 * hour - hours_ago * hour, is_running};
}

std::vector<std::string> names_of(const std::vector<StoredItem>& items) {
  std::vector<std::string> out;
  for (const auto& one : items) {
    out.push_back(one.name);
  }
  return out;
}

} // namespace

TEST_CASE("what is needed, runs or was just used stays") {
  const NeededItems needed{{"a"}, {"v1"}};
  const std::vector<StoredItem> stored{item(Kind::blob, "a", 50),
                                       item(Kind::blob, "b", 50),
                                       item(Kind::blob, "c", 1),
                                       item(Kind::work, "v1", 50),
                                       item(Kind::work, "v2", 50),
                                       item(Kind::work, "v3", 50, true),
                                       item(Kind::work, "a", 50), // a blob of that name does not keep it
                                       item(Kind::upload, "u1", 1),
                                       item(Kind::upload, "u2", 3),
                                       item(Kind::rest, ".x.tmp", 3)};
  const auto gone = plan_removal(stored, needed, 100 * hour, std::chrono::hours(2));
  CHECK(names_of(gone) == std::vector<std::string>{"b", "v2", "a", "u2", ".x.tmp"});
  CHECK(plan_removal(stored, needed, 100 * hour, std::chrono::hours(60)).empty());
}

TEST_CASE("a version names its modules, its snapshot and its assets") {
  test::TemporaryFolder folder;
  RealFileSystem files;
  BlobStore blobs(folder.path() / "blobs", files);
  Version version;
  version.script = "shop";
  version.number = 3;
  version.modules = {{"entry.py", "text/x-python", std::string(64, 'a'), 5}};
  version.snapshot = SnapshotName{std::string(64, 'b'), std::string(64, 'c'), ""};
  const auto manifest = blobs.put(R"({"/x.css": ")" + std::string(64, 'd') + R"("})");
  REQUIRE(manifest);
  version.assets = StoredAssets{*manifest, "{}"};
  const auto named = named_blobs({version}, blobs);
  REQUIRE(named.size() == 4);
  CHECK(named.at(std::string(64, 'a')) == "the module `entry.py` of the Worker `shop`, version 3");
  CHECK(named.at(std::string(64, 'b')) == "the snapshot of the Worker `shop`, version 3");
  CHECK(named.at(std::string(64, 'd')) == "the asset `/x.css` of the Worker `shop`, version 3");
  CHECK(named.contains(*manifest));
}

TEST_CASE("what an upload is told to keep gets the present time") {
  test::TemporaryFolder folder;
  RealFileSystem files;
  BlobStore blobs(folder.path() / "blobs", files, folder.path() / "lock");
  const auto digest = *blobs.put("hello");
  const auto path = blobs.path_of(digest);
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(9));
  const auto before = (*files.status(path))->modified_ns;
  CHECK(*blobs.keep(digest));
  CHECK((*files.status(path))->modified_ns - before > 8 * hour);
  CHECK_FALSE(*blobs.keep(std::string(64, '0')));
}

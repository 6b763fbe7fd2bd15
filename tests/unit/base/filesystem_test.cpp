#include <base/filesystem.hpp>
#include <base/memory_filesystem.hpp>
#include <base/real_filesystem.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <fstream>

using namespace pyw;

namespace {

void check_pieces(FileSystem& files, const Path& root) {
  {
    const auto writer = files.create(root / "pieces/new.txt").value();
    REQUIRE(writer->write("one "));
    REQUIRE(writer->write("two"));
    CHECK_FALSE(files.exists(root / "pieces/new.txt"));
    REQUIRE(writer->commit());
  }
  {
    const auto abandoned = files.create(root / "pieces/left.txt").value();
    REQUIRE(abandoned->write("half"));
  }
  CHECK_FALSE(files.exists(root / "pieces/left.txt"));
  const auto reader = files.open(root / "pieces/new.txt").value();
  std::string buffer(4, ' ');
  std::string all;
  for (std::size_t got = 1; got > 0;) {
    got = reader->read(buffer.data(), buffer.size()).value();
    all += buffer.substr(0, got);
  }
  CHECK(all == "one two");
  CHECK_FALSE(files.open(root / "absent"));
  REQUIRE(files.remove_all(root / "pieces"));
}

/// The same expectations for the file system in memory and for the real one.
void check_contract(FileSystem& files, const Path& root) {
  REQUIRE(files.write(root / "a/b.txt", "one"));
  CHECK(files.read(root / "a/b.txt").value() == "one");
  REQUIRE(files.write(root / "a/b.txt", "two"));
  CHECK(files.read(root / "a/b.txt").value() == "two");
  CHECK_FALSE(files.read(root / "absent"));
  check_pieces(files, root);
  CHECK(files.read_if_exists(root / "absent").value() == std::nullopt);
  CHECK_FALSE(files.read(root / "a"));
  REQUIRE(files.make_symlink("b.txt", root / "a/link"));
  CHECK(files.status(root / "a/link", FollowLinks::no).value()->type == FileType::symlink);
  CHECK(files.read(root / "a/link").value() == "two");
  const auto names = files.list(root / "a").value();
  REQUIRE(names.size() == 2);
  CHECK(names[0].name == "b.txt");
  CHECK(names[1].name == "link");
  REQUIRE(files.write(root / "fresh/new.txt", "new"));
  REQUIRE(files.replace_tree(root / "fresh", root / "a"));
  CHECK_FALSE(files.exists(root / "fresh"));
  CHECK_FALSE(files.exists(root / "a/b.txt"));
  CHECK(files.read(root / "a/new.txt").value() == "new");
  REQUIRE(files.write(root / "a/sub/deep.txt", "d"));
  CHECK(list_tree(files, root / "a").value() == std::vector<Path>{"new.txt", "sub/deep.txt"});
  REQUIRE(files.remove_all(root / "a"));
  CHECK_FALSE(files.exists(root / "a"));
  REQUIRE(files.remove_all(root / "a"));
}

} // namespace

TEST_CASE("a file that tells no size, and gives its content to the first read alone, is read whole") {
  const RealFileSystem files;
  const Path limit = "/proc/sys/fs/inotify/max_user_watches";
  if (!files.exists(limit)) {
    return; // another system, which has no such files
  }
  std::ifstream stream(limit);
  std::string expected;
  std::getline(stream, expected);
  CHECK(files.read(limit) == expected + "\n");
}

TEST_CASE("the file system in memory keeps the contract") {
  MemoryFileSystem files;
  check_contract(files, "/project");
}

TEST_CASE("the real file system keeps the contract") {
  RealFileSystem files;
  const test::TemporaryFolder folder;
  check_contract(files, folder.path());
}

TEST_CASE("a failed write leaves the old content and no temporary file") {
  RealFileSystem files;
  const test::TemporaryFolder folder;
  REQUIRE(files.make_directories(folder.path() / "target"));
  REQUIRE(files.write(folder.path() / "target/keep", "x"));
  CHECK_FALSE(files.write(folder.path() / "target", "cannot replace a folder"));
  CHECK(files.list(folder.path()).value().size() == 1);
}

TEST_CASE("paths that leave the folder are recognised") {
  CHECK(stays_inside("a/b"));
  CHECK_FALSE(stays_inside("../a"));
  CHECK_FALSE(stays_inside("a/../../b"));
  CHECK_FALSE(stays_inside("/etc/passwd"));
  CHECK_FALSE(stays_inside(""));
}

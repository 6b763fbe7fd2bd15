#include <base/real_filesystem.hpp>
#include <net/partial_file.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

using namespace pyw;
using namespace pyw::net;

namespace {

const HttpResponse first_answer{200, {{"ETag", "\"v1\""}, {"Content-Length", "6"}}, ""};

} // namespace

TEST_CASE("a partial file is continued after the process that began it has ended") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "downloads" / "file";
  {
    auto file = PartialFile::open(path).value();
    CHECK(file.size() == 0);
    REQUIRE(file.restart(first_answer));
    REQUIRE(file.append("abc"));
  }
  {
    auto file = PartialFile::open(path).value();
    CHECK(file.size() == 3);
    CHECK(file.record() == PartialRecord{"\"v1\"", 6});
    CHECK_FALSE(file.is_whole());
    REQUIRE(file.append("def"));
    CHECK(file.is_whole());
  }
  CHECK(PartialFile::open(path).value().is_whole());
  CHECK(RealFileSystem{}.read(path).value() == "abcdef");
}

TEST_CASE("bytes of unknown origin are thrown away") {
  const test::TemporaryFolder folder;
  RealFileSystem files;
  const auto path = folder.path() / "file";
  REQUIRE(files.write(path, "from somewhere"));
  SECTION("without a record") {}
  SECTION("with a record that is none") {
    REQUIRE(files.write(path.string() + ".resume", "what?"));
  }
  SECTION("with more bytes than there can be") {
    REQUIRE(files.write(path.string() + ".resume", "\"v1\"\n6\n"));
  }
  CHECK(PartialFile::open(path).value().size() == 0);
  CHECK(files.read(path).value().empty());
  CHECK_FALSE(files.exists(path.string() + ".resume"));
}

TEST_CASE("an answer that cannot be continued leaves no record") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  auto file = PartialFile::open(path).value();
  REQUIRE(file.restart(first_answer));
  REQUIRE(file.append("abc"));
  REQUIRE(file.restart({200, {}, ""}));
  CHECK(file.size() == 0);
  CHECK_FALSE(file.record());
  CHECK_FALSE(RealFileSystem{}.exists(path.string() + ".resume"));
}

TEST_CASE("two downloads to one file do not mix") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  const auto first = PartialFile::open(path).value();
  const auto second = PartialFile::open(path);
  REQUIRE_FALSE(second);
  CHECK(std::string(second.error().message()).find("another process downloads to") == 0);
}

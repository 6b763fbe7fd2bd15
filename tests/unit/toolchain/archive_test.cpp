#include "tar_builder.hpp"

#include <base/memory_filesystem.hpp>
#include <support/catch.hpp>
#include <toolchain/archive.hpp>

#include <cerrno>
#include <map>

using namespace pyw;
using namespace pyw::toolchain;
using test::TarBuilder;

namespace {

class Collector final : public ArchiveVisitor {
public:
  [[nodiscard]] Result<bool> begin_file(const std::string& path) override {
    current = path;
    files[path] = "";
    return path.find("skipped") == std::string::npos;
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override {
    files[current] += piece;
    return {};
  }

  [[nodiscard]] Result<void> end_file() override {
    ++ended;
    return {};
  }

  std::map<std::string, std::string> files;
  std::string current;
  int ended = 0;
};

struct ArchiveBench {
  MemoryFileSystem files;
  Collector collector;

  [[nodiscard]] Result<void> read(const std::string& bytes, const ArchiveLimits& limits = {}) {
    REQUIRE(files.write("/archive", bytes));
    return read_archive(files, "/archive", collector, limits);
  }
};

} // namespace

TEST_CASE("a tar is read file by file") {
  ArchiveBench bench;
  const auto bytes = TarBuilder()
                         .add("a", "", '5')
                         .add("a/one", "1")
                         .add("a/skipped", "x")
                         .add("a/big", std::string(70'000, 'b'))
                         .bytes();
  REQUIRE(bench.read(bytes));
  CHECK(bench.collector.files.at("a/one") == "1");
  CHECK(bench.collector.files.at("a/skipped").empty());
  CHECK(bench.collector.files.at("a/big") == std::string(70'000, 'b'));
  CHECK(bench.collector.ended == 2);
}

TEST_CASE("a zip is read file by file") {
  ArchiveBench bench;
  REQUIRE(bench.read(test::stored_zip("tool-1.data/scripts/tool", "binary")));
  CHECK(bench.collector.files.at("tool-1.data/scripts/tool") == "binary");
}

TEST_CASE("an archive cannot reach outside of its folder") {
  ArchiveBench bench;
  const auto* path = GENERATE("../evil", "/etc/evil", "a/../../evil", "a\\..\\evil");
  const auto outcome = bench.read(TarBuilder().add("fine", "1").add(path, "evil").bytes());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() ==
        fmt::format("the archive `/archive` is damaged: `{}` would leave the folder", path));
  CHECK(bench.collector.files.count("evil") == 0);
}

TEST_CASE("links and devices are refused") {
  ArchiveBench bench;
  const auto type = GENERATE('1', '2', '3', '4', '6');
  const auto outcome = bench.read(TarBuilder().add("fine", "1").add("link", "", type, "/etc/passwd").bytes());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() == "the archive `/archive` is damaged: `link` is a link or a device");
}

TEST_CASE("what is no archive, or half of one, is told to be damaged") {
  ArchiveBench bench;
  SECTION("empty") {
    CHECK_FALSE(bench.read(""));
  }
  SECTION("text") {
    CHECK_FALSE(bench.read("<html>not found</html>"));
  }
  SECTION("cut in a file") {
    const auto whole = TarBuilder().add("file", std::string(5000, 'x')).bytes();
    CHECK_FALSE(bench.read(whole.substr(0, 3000)));
  }
  SECTION("cut in a header") {
    const auto whole = TarBuilder().add("one", "1").add("two", "2").bytes();
    CHECK_FALSE(bench.read(whole.substr(0, 1024 + 100)));
  }
  SECTION("a checksum that is wrong") {
    auto bytes = TarBuilder().add("one", "1").bytes();
    bytes[0] = 'X';
    CHECK_FALSE(bench.read(bytes));
  }
}

TEST_CASE("an archive that would fill the disk is stopped") {
  ArchiveBench bench;
  const auto bytes = TarBuilder().add("one", std::string(600, 'x')).add("two", std::string(600, 'x')).bytes();
  CHECK(bench.read(bytes, {1200, 2}));
  CHECK_FALSE(bench.read(bytes, {1199, 2}));
  CHECK_FALSE(bench.read(bytes, {1200, 1}));
}

TEST_CASE("what is written can be read, and is the same each time") {
  MemoryFileSystem files;
  const auto write = [&](const Path& path) {
    const auto writer = write_archive(files, path).value();
    REQUIRE(writer->begin_file("part/file", 5, false));
    REQUIRE(writer->bytes("con"));
    REQUIRE(writer->bytes("tent"));
    REQUIRE(writer->begin_file("part/tool", 1, true));
    REQUIRE(writer->bytes("x"));
    REQUIRE(writer->commit());
  };
  write("/one");
  write("/two");
  CHECK(files.read("/one").value() == files.read("/two").value());
  Collector collector;
  REQUIRE(read_archive(files, "/one", collector));
  CHECK(collector.files.at("part/file") == "conte"); // as much as was announced
  CHECK(collector.files.at("part/tool") == "x");
}

TEST_CASE("an export that cannot be written leaves nothing") {
  MemoryFileSystem files;
  files.fail_changes([](const Path&) { return ENOSPC; });
  const auto writer = write_archive(files, "/out");
  REQUIRE(writer);
  REQUIRE((*writer)->begin_file("a", 1, false));
  REQUIRE((*writer)->bytes("x"));
  const auto outcome = (*writer)->commit();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() == "cannot write `/out`: No space left on device");
  CHECK_FALSE(files.exists("/out"));
}

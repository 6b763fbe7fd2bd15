#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <support/catch.hpp>
#include <toolchain/tree_record.hpp>

using namespace pyw;
using namespace pyw::toolchain;

namespace {

const TreeRecord sample{{"bin/tool", 4, true, sha256_hex("tool")},
                        {"with a space.js", 2, false, sha256_hex("js")}};

} // namespace

TEST_CASE("a record is read as it was written") {
  CHECK(parse_tree_record(to_text(sample)) == sample);
}

TEST_CASE("what is no record is not taken for one") {
  const auto digest = sha256_hex("x");
  CHECK_FALSE(parse_tree_record(""));
  CHECK_FALSE(parse_tree_record("\n"));
  CHECK_FALSE(parse_tree_record(digest + " 1 - a")); // cut: no newline
  CHECK_FALSE(parse_tree_record(digest + " 1 -  \n" + digest));
  CHECK_FALSE(parse_tree_record(digest + " one - a\n"));
  CHECK_FALSE(parse_tree_record(digest + " 1 ? a\n"));
  CHECK_FALSE(parse_tree_record(digest + " 1 - ../a\n"));
  CHECK_FALSE(parse_tree_record(digest + " 1 - /a\n"));
  CHECK_FALSE(parse_tree_record("abc 1 - a\n"));
  CHECK_FALSE(parse_tree_record(digest + "\n"));
}

TEST_CASE("damage is found and named") {
  MemoryFileSystem files;
  REQUIRE(files.write("/part/bin/tool", "tool", 0755));
  REQUIRE(files.write("/part/with a space.js", "js"));
  REQUIRE_FALSE(find_damage(files, "/part", sample, CheckDepth::digests));
  SECTION("a file that is missing") {
    REQUIRE(files.remove_all("/part/bin/tool"));
    CHECK(find_damage(files, "/part", sample, CheckDepth::sizes) == "`bin/tool` is missing");
  }
  SECTION("a file that was cut") {
    REQUIRE(files.write("/part/bin/tool", "to", 0755));
    CHECK(find_damage(files, "/part", sample, CheckDepth::sizes) == "`bin/tool` has 2 bytes instead of 4");
  }
  SECTION("a file that was altered") {
    REQUIRE(files.write("/part/bin/tool", "TOOL", 0755));
    CHECK(find_damage(files, "/part", sample, CheckDepth::sizes) == std::nullopt);
    CHECK(find_damage(files, "/part", sample, CheckDepth::digests) == "`bin/tool` has been altered");
  }
  SECTION("a program that cannot run") {
    REQUIRE(files.write("/part/bin/tool", "tool", 0644));
    CHECK(find_damage(files, "/part", sample, CheckDepth::sizes) == "`bin/tool` is not executable");
  }
  SECTION("a link in the place of a file") {
    REQUIRE(files.remove_all("/part/bin/tool"));
    REQUIRE(files.make_symlink("/part/with a space.js", "/part/bin/tool"));
    CHECK(find_damage(files, "/part", sample, CheckDepth::sizes) == "`bin/tool` is not a file");
  }
}

#include "support/catch.hpp"

#include <base/memory_filesystem.hpp>
#include <templates/create_project.hpp>
#include <templates/leftovers.hpp>

#include <cerrno>

using namespace pyw;
using namespace pyw::templates;

namespace {

FileTree example() {
  return {{{"pyproject.toml", FileKind::plain, "new"}, {"src/entry.py", FileKind::plain, "code"}}};
}

std::vector<Path> everything(const MemoryFileSystem& files) {
  auto listed = list_tree(files, "/");
  REQUIRE(listed);
  return *listed;
}

} // namespace

TEST_CASE("a new folder appears whole, or not at all") {
  MemoryFileSystem files;
  REQUIRE(files.make_directories("/home"));
  SECTION("whole") {
    REQUIRE(create_project(files, example(), "/home/app", Existing::refuse));
    CHECK(everything(files) == std::vector<Path>{"home/app/pyproject.toml", "home/app/src/entry.py"});
  }
  SECTION("not at all") {
    files.fail_changes([](const Path& path) { return path.filename() == "entry.py" ? ENOSPC : 0; });
    CHECK_FALSE(create_project(files, example(), "/home/app", Existing::refuse));
    files.fail_changes({});
    CHECK(everything(files).empty());
    CHECK_FALSE(files.exists("/home/app"));
  }
}

TEST_CASE("what a killed run left beside is cleared, what a running one makes stays") {
  MemoryFileSystem files;
  const auto ours = unfinished_name(".app");
  REQUIRE(files.write("/home/.app.2147483647.tmp/x", "of the dead")); // above every system's highest number
  REQUIRE(files.write("/home/" + ours + "/x", "ours"));
  REQUIRE(files.write("/home/.app.tmp", "somebody's"));
  REQUIRE(files.write("/home/.app.1x.tmp", "somebody's"));
  remove_unfinished(files, "/home", ".app");
  CHECK_FALSE(files.exists("/home/.app.2147483647.tmp"));
  CHECK(everything(files).size() == 3);
}

TEST_CASE("a folder with something in it is refused; .git alone is nothing") {
  MemoryFileSystem files;
  REQUIRE(files.write("/app/.git/HEAD", "x"));
  CHECK(check_target(files, "/app", Existing::refuse));
  REQUIRE(files.write("/app/notes", "mine"));
  CHECK_FALSE(create_project(files, example(), "/app", Existing::refuse));
  CHECK_FALSE(files.exists("/app/src"));
  CHECK(check_target(files, "/app", Existing::overwrite));
  CHECK_FALSE(check_target(files, "/app/notes", Existing::overwrite));
}

TEST_CASE("what was written into a folder is taken back when something fails") {
  MemoryFileSystem files;
  REQUIRE(files.write("/app/pyproject.toml", "old"));
  REQUIRE(files.write("/app/notes", "mine"));
  const auto before = everything(files);
  files.fail_changes([](const Path& path) { return path == "/app/src/entry.py" ? ENOSPC : 0; });
  CHECK_FALSE(create_project(files, example(), "/app", Existing::overwrite));
  files.fail_changes({});
  CHECK(everything(files) == before);
  CHECK(files.read("/app/pyproject.toml") == "old");

  REQUIRE(create_project(files, example(), "/app", Existing::overwrite));
  CHECK(files.read("/app/pyproject.toml") == "new");
  CHECK(files.read("/app/notes") == "mine");
}

TEST_CASE("nothing is written through a link of the user's") {
  MemoryFileSystem files;
  REQUIRE(files.make_directories("/elsewhere"));
  REQUIRE(files.make_directories("/app"));
  REQUIRE(files.make_symlink("/elsewhere", "/app/src"));
  CHECK_FALSE(create_project(files, example(), "/app", Existing::overwrite));
  CHECK_FALSE(files.exists("/elsewhere/entry.py"));
}

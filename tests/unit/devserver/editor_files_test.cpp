#include <base/memory_filesystem.hpp>
#include <devserver/editor_files.hpp>
#include <support/catch.hpp>

#include <string>

using pyw::MemoryFileSystem;
using pyw::Path;
using pyw::devserver::is_editor_file;
using pyw::devserver::told_changes;

TEST_CASE("what editors leave beside a file is no change; the file is") {
  const auto* const left = GENERATE(".entry.py.swp",
                                    ".entry.py.swo",
                                    "4913",
                                    "entry.py~",
                                    ".#entry.py",
                                    "#entry.py#",
                                    ".entry.py.kate-swp",
                                    "entry.py___jb_tmp___",
                                    "entry.py___jb_old___",
                                    ".goutputstream-X1Y2Z3");
  CHECK(is_editor_file(left));
  const auto* const real =
      GENERATE("entry.py", ".env", ".dev.vars", "swap.py", "a.swp.py", "4914", "#1.txt", "wrangler.toml");
  CHECK_FALSE(is_editor_file(real));
}

TEST_CASE("a save is told by the files that are there, each once; a deletion by what was deleted") {
  MemoryFileSystem files;
  REQUIRE(files.write("/p/src/entry.py", ""));
  const std::vector<Path> saved{"/p/src/sedgNU3Wm", "/p/src/entry.py", "/p/src/sedgNU3Wm", "/p/src/entry.py"};
  CHECK(told_changes(files, saved) == std::vector<Path>{"/p/src/entry.py"});
  CHECK(told_changes(files, {"/p/src/a.py", "/p/src/a.py"}) == std::vector<Path>{"/p/src/a.py"});
  CHECK(told_changes(files, {}).empty());
}

#include "support/catch.hpp"

#include <base/memory_filesystem.hpp>
#include <templates/file_tree.hpp>

using namespace pyw;
using namespace pyw::templates;

namespace {

bool is_safe(std::vector<TreeFile> files) {
  return check_tree({std::move(files)}).has_value();
}

} // namespace

TEST_CASE("paths that leave the folder are refused") {
  CHECK(is_safe({{"a/b.py", FileKind::plain, ""}, {"a/c", FileKind::plain, ""}}));
  const auto path = GENERATE(as<std::string>{},
                             "",
                             "..",
                             "../a",
                             "a/../b",
                             "/a",
                             "a//b",
                             "./a",
                             ".git/config",
                             "a/.GIT/x",
                             "a\\b",
                             "git~1/x",
                             ".git. /x");
  INFO(path);
  CHECK_FALSE(is_safe({{path, FileKind::plain, ""}}));
}

TEST_CASE("links must stay inside") {
  const auto inside = GENERATE(as<std::string>{}, "b", "./b", "../b", "../src/b");
  CHECK(is_safe({{"src/link", FileKind::symlink, inside}}));
  const auto outside =
      GENERATE(as<std::string>{}, "", "/etc/passwd", "../..", "../../x", "../../src", "a/../../../x");
  INFO(outside);
  CHECK_FALSE(is_safe({{"src/link", FileKind::symlink, outside}}));
}

TEST_CASE("a file below a link or a file, or twice, is refused") {
  CHECK_FALSE(is_safe({{"d", FileKind::symlink, "e"}, {"d/x", FileKind::plain, ""}}));
  CHECK_FALSE(is_safe({{"d", FileKind::plain, ""}, {"d/x", FileKind::plain, ""}}));
  CHECK_FALSE(is_safe({{"d", FileKind::plain, ""}, {"d", FileKind::plain, ""}}));
}

TEST_CASE("a folder is read without what is made anew") {
  MemoryFileSystem files;
  for (const auto* path : {"/t/pyproject.toml",
                           "/t/src/a.py",
                           "/t/.git/HEAD",
                           "/t/python_modules/x.py",
                           "/t/src/__pycache__/a.pyc",
                           "/t/.pyw/x"}) {
    REQUIRE(files.write(path, "x"));
  }
  REQUIRE(files.write("/t/run.sh", "x", 0755));
  REQUIRE(files.make_symlink("src/a.py", "/t/link"));
  const auto tree = read_tree(files, "/t");
  REQUIRE(tree);
  CHECK(tree->files == std::vector<TreeFile>{{"link", FileKind::symlink, "src/a.py"},
                                             {"pyproject.toml", FileKind::plain, "x"},
                                             {"run.sh", FileKind::executable, "x"},
                                             {"src/a.py", FileKind::plain, "x"}});
}

#include <base/file_watcher.hpp>
#include <base/real_filesystem.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <poll.h>

#include <algorithm>
#include <fstream>

using namespace pyw;

namespace {

bool skip_nothing(const Path&) {
  return false;
}

/// Waits until the watcher has something to say (at most 5 s) and returns the file names, sorted.
std::vector<std::string> names_of_changes(FileWatcher& watcher) {
  pollfd entry{watcher.descriptor(), POLLIN, 0};
  ::poll(&entry, 1, 5000);
  std::vector<std::string> names;
  for (const auto& change : watcher.read()) {
    names.push_back(change.path.filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void write_in_place(const Path& path, std::string_view text) {
  std::ofstream(path) << text;
}

} // namespace

TEST_CASE("writes, renames and removals are seen once each") {
  const test::TemporaryFolder folder;
  write_in_place(folder.path() / "old.py", "1");
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  write_in_place(folder.path() / "old.py", "2");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"old.py"});
  std::filesystem::rename(folder.path() / "old.py", folder.path() / "new.py");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"new.py", "old.py"});
  std::filesystem::remove(folder.path() / "new.py");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"new.py"});
}

TEST_CASE("a file is reported when it is closed, not while it is written") {
  const test::TemporaryFolder folder;
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  std::ofstream half(folder.path() / "half.py");
  half << "x" << std::flush;
  CHECK(watcher->read().empty());
  half.close();
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"half.py"});
}

TEST_CASE("folders made later are watched, skipped ones are not") {
  const test::TemporaryFolder folder;
  const auto watcher = make_file_watcher().value();
  REQUIRE(
      watcher->watch_tree(folder.path(), [](const Path& path) { return path.filename() == "__pycache__"; }));
  std::filesystem::create_directories(folder.path() / "pkg/inner");
  CHECK(names_of_changes(*watcher).back() == "pkg");
  write_in_place(folder.path() / "pkg/inner/deep.py", "x");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"deep.py"});
  std::filesystem::create_directory(folder.path() / "__pycache__");
  write_in_place(folder.path() / "__pycache__/x.pyc", "x");
  write_in_place(folder.path() / "last.py", "x");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"last.py"});
}

TEST_CASE("what is no longer skipped is watched once that is said") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "build");
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), [](const Path& path) { return path.filename() == "build"; }));
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing)); // watched already: not looked through again
  write_in_place(folder.path() / "build/a.py", "x");
  CHECK(watcher->read().empty());
  watcher->look_through_again();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  write_in_place(folder.path() / "build/b.py", "x");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"b.py"});
}

TEST_CASE("a folder that was replaced by another of its name is looked through") {
  const test::TemporaryFolder folder;
  const auto tree = folder.path() / "python_modules";
  std::filesystem::create_directories(tree / "old");
  std::filesystem::create_directories(folder.path() / "new/inner");
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(tree, skip_nothing));
  std::filesystem::rename(tree, folder.path() / "gone");
  std::filesystem::rename(folder.path() / "new", tree);
  REQUIRE(watcher->watch_tree(tree, skip_nothing));
  write_in_place(tree / "inner/c.py", "x");
  const auto names = names_of_changes(*watcher);
  CHECK(std::find(names.begin(), names.end(), "c.py") != names.end());
}

TEST_CASE("one file is watched through its folder, also when it is replaced by a rename") {
  const test::TemporaryFolder folder;
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_file(folder.path() / "wrangler.toml"));
  write_in_place(folder.path() / "other.txt", "x");
  RealFileSystem files;
  REQUIRE(files.write(folder.path() / "wrangler.toml", "name = 'x'"));
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"wrangler.toml"});
}

TEST_CASE("a link to a file is followed to where the file is written") {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder elsewhere;
  write_in_place(elsewhere.path() / "shared.py", "1");
  std::filesystem::create_symlink(elsewhere.path() / "shared.py", folder.path() / "shared.py");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "circle");
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  write_in_place(elsewhere.path() / "shared.py", "2");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"shared.py"});
  write_in_place(elsewhere.path() / "later.py", "1");
  std::filesystem::create_symlink(elsewhere.path() / "later.py", folder.path() / "later.py");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"later.py"});
  write_in_place(elsewhere.path() / "later.py", "2");
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"later.py"});
}

TEST_CASE("another branch with 5,000 files: each is told, or that count was lost") {
  const test::TemporaryFolder folder;
  for (int number = 0; number < 50; ++number) {
    std::filesystem::create_directory(folder.path() / std::to_string(number));
  }
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  for (int number = 0; number < 5000; ++number) {
    write_in_place(folder.path() / std::to_string(number % 50) / (std::to_string(number) + ".py"), "x");
  }
  const auto changes = watcher->read();
  const bool overflowed = std::any_of(changes.begin(), changes.end(), [](const auto& change) {
    return change.kind == FileChange::Kind::overflowed;
  });
  CHECK((overflowed || changes.size() == 5000));
}

TEST_CASE("the ways editors save are one file's change") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "entry.py";
  write_in_place(file, "1");
  const auto watcher = make_file_watcher().value();
  REQUIRE(watcher->watch_tree(folder.path(), skip_nothing));
  SECTION("vim: the old one aside, a new one in its place") {
    std::filesystem::rename(file, folder.path() / "entry.py~");
    write_in_place(file, "2");
    std::filesystem::remove(folder.path() / "entry.py~");
  }
  SECTION("a new one beside, renamed over it") {
    write_in_place(folder.path() / "entry.py~", "2");
    std::filesystem::rename(folder.path() / "entry.py~", file);
  }
  CHECK(names_of_changes(*watcher) == std::vector<std::string>{"entry.py", "entry.py~"});
}

TEST_CASE("looking again and again finds the same") {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder beside;
  write_in_place(folder.path() / "old.py", "1");
  const auto watcher = make_polling_watcher(std::chrono::milliseconds(10)).value();
  REQUIRE(
      watcher->watch_tree(folder.path(), [](const Path& path) { return path.filename() == "__pycache__"; }));
  REQUIRE(watcher->watch_file(beside.path() / "wrangler.toml"));
  const auto next = [&] {
    std::vector<std::string> names;
    for (int attempt = 0; attempt < 500 && names.empty(); ++attempt) {
      names = names_of_changes(*watcher);
    }
    return names;
  };
  write_in_place(folder.path() / "old.py", "longer");
  CHECK(next() == std::vector<std::string>{"old.py"});
  std::filesystem::create_directories(folder.path() / "pkg/__pycache__");
  write_in_place(folder.path() / "pkg/__pycache__/x.pyc", "x");
  write_in_place(folder.path() / "pkg/new.py", "x");
  CHECK(next() == std::vector<std::string>{"new.py"});
  std::filesystem::remove(folder.path() / "old.py");
  CHECK(next() == std::vector<std::string>{"old.py"});
  write_in_place(beside.path() / "wrangler.toml", "x");
  CHECK(next() == std::vector<std::string>{"wrangler.toml"});
}

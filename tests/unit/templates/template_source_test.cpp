#include "support/catch.hpp"

#include <base/memory_filesystem.hpp>
#include <templates/template_source.hpp>

using namespace pyw;
using namespace pyw::templates;

namespace {

TemplateSource parsed(const std::string& text) {
  MemoryFileSystem files;
  REQUIRE(files.write("/here/dir/sub/x", ""));
  REQUIRE(files.write("/repos/one/.git/HEAD", ""));
  REQUIRE(files.write("/repos/bare.git/HEAD", ""));
  REQUIRE(files.make_directories("/repos/bare.git/objects"));
  const auto source = parse_source(files, text, "/here", "/home/me");
  REQUIRE(source);
  return *source;
}

GitSource git(std::string repository, std::string ref = "", std::string folder = "", std::string tree = "") {
  return {std::move(repository), std::move(ref), std::move(folder), std::move(tree)};
}

} // namespace

TEST_CASE("names and folders") {
  CHECK(parsed("fastapi") == TemplateSource(BuiltinSource{"fastapi"}));
  CHECK(parsed("dir") ==
        TemplateSource(BuiltinSource{"dir"})); // a built-in name is never shadowed by a folder
  CHECK(parsed("./dir") == TemplateSource(FolderSource{"/here/dir"}));
  CHECK(parsed("dir/sub") == TemplateSource(FolderSource{"/here/dir/sub"}));
  CHECK(parsed("../x") == TemplateSource(FolderSource{"/x"}));
  CHECK(parsed("/abs") == TemplateSource(FolderSource{"/abs"}));
  CHECK(parsed("~/t") == TemplateSource(FolderSource{"/home/me/t"}));
}

TEST_CASE("git over https") {
  CHECK(parsed("https://git.example/o/r") == TemplateSource(git("https://git.example/o/r")));
  CHECK(parsed("https://git.example/o/r/") == TemplateSource(git("https://git.example/o/r")));
  CHECK(parsed("https://git.example/o/r/a/b") == TemplateSource(git("https://git.example/o/r", "", "a/b")));
  CHECK(parsed("https://git.example/o/r/tree/main") ==
        TemplateSource(git("https://git.example/o/r", "", "", "main")));
  CHECK(parsed("https://git.example/o/r/tree/v/1/a") ==
        TemplateSource(git("https://git.example/o/r", "", "", "v/1/a")));
  CHECK(parsed("https://git.example/o/r#v2") == TemplateSource(git("https://git.example/o/r", "v2")));
  CHECK(parsed("https://git.example/o/r#v2:a/b/") ==
        TemplateSource(git("https://git.example/o/r", "v2", "a/b")));
  CHECK(parsed("https://git.example/o/r#:a") == TemplateSource(git("https://git.example/o/r", "", "a")));
  CHECK(parsed("https://git.example/g/sub/r.git/a") ==
        TemplateSource(git("https://git.example/g/sub/r.git", "", "a")));
}

TEST_CASE("git over ssh") {
  CHECK(parsed("git@git.example:o/r.git") == TemplateSource(git("git@git.example:o/r.git")));
  CHECK(parsed("git@git.example:o/r/a#main") == TemplateSource(git("git@git.example:o/r", "main", "a")));
  CHECK(parsed("ssh://git@git.example/o/r/a") == TemplateSource(git("ssh://git@git.example/o/r", "", "a")));
}

TEST_CASE("repositories of this machine") {
  CHECK(parsed("file:///repos/one") == TemplateSource(git("file:///repos/one")));
  CHECK(parsed("file:///repos/one/a/b") == TemplateSource(git("file:///repos/one", "", "a/b")));
  CHECK(parsed("file:///repos/bare.git#v1:a") == TemplateSource(git("file:///repos/bare.git", "v1", "a")));
}

TEST_CASE("what names no repository is refused") {
  MemoryFileSystem files;
  const auto text = GENERATE(as<std::string>{},
                             "https://git.example",
                             "https://git.example/o",
                             "https://",
                             "file:///nowhere",
                             "git@h:x");
  INFO(text);
  CHECK_FALSE(parse_source(files, text, "/", "/"));
}

TEST_CASE("where a ref ends and a folder begins") {
  const std::vector<std::string> refs{"main", "v", "v/1", "feature/x"};
  CHECK(split_tree("main", refs) == RefAndFolder{"main", ""});
  CHECK(split_tree("main/a/b", refs) == RefAndFolder{"main", "a/b"});
  CHECK(split_tree("v/1/a", refs) == RefAndFolder{"v/1", "a"});
  CHECK(split_tree("feature/x", refs) == RefAndFolder{"feature/x", ""});
  CHECK(split_tree("abc123/a", refs) == RefAndFolder{"abc123", "a"});
  CHECK(split_tree("", refs) == RefAndFolder{"", ""});
}

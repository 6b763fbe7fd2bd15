#include <base/glob.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("globs match whole paths") {
  struct Row {
    std::string_view pattern, path;
    bool matches;
  };

  const auto row = GENERATE(Row{"**/*.py", "a.py", true},
                            Row{"**/*.py", "x/y/a.py", true},
                            Row{"**/*.py", "x/.hidden/a.py", true},
                            Row{"**/*.py", "a.pyc", false},
                            Row{"src/*.toml", "src/y/x.toml", false},
                            Row{"src/*.toml", "src/x.toml", true},
                            Row{"*.txt", "a/b.txt", false},
                            Row{"data/**", "data/a/b", true},
                            Row{"a?c", "abc", true},
                            Row{"a?c", "a/c", false},
                            Row{"[a-c]x", "bx", true},
                            Row{"[!a-c]x", "bx", false},
                            Row{"*.{js,mjs}", "a.mjs", true},
                            Row{"*.{js,mjs}", "a.cjs", false});
  CAPTURE(row.pattern, row.path);
  CHECK(glob_match(row.pattern, row.path) == row.matches);
}

TEST_CASE("gitignore rules: the last match wins and folders take their content along") {
  const IgnoreRules rules("# comment\n*.log\n!keep.log\n/build\nnode_modules/\ndoc/*.txt\n");
  CHECK(rules.ignores_with_parents("a.log"));
  CHECK(rules.ignores_with_parents("x/a.log"));
  CHECK_FALSE(rules.ignores_with_parents("x/keep.log"));
  CHECK(rules.ignores_with_parents("build/a.py"));
  CHECK_FALSE(rules.ignores_with_parents("x/build/a.py"));
  CHECK(rules.ignores_with_parents("x/node_modules/m/index.js"));
  CHECK_FALSE(rules.ignores_with_parents("node_modules"));
  CHECK(rules.ignores_with_parents("doc/a.txt"));
  CHECK_FALSE(rules.ignores_with_parents("doc/x/a.txt"));
}

#include <bundle/module_glob.hpp>
#include <support/catch.hpp>

using pyw::bundle::ModuleGlob;

namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool matches;
};

} // namespace

TEST_CASE("module globs know stars and nothing else") {
  const auto [pattern, path, matches] = GENERATE(Case{"**/*.py", "a.py", true},
                                                 Case{"**/*.py", "a/b/c.py", true},
                                                 Case{"**/*.py", ".hidden/.a.py", true},
                                                 Case{"**/*.py", "a.pyc", false},
                                                 Case{"*.py", "a/b.py", false},
                                                 Case{"a/*.py", "a/b.py", true},
                                                 Case{"a/*.py", "a/b/c.py", false},
                                                 Case{"a/**/b.txt", "a/b.txt", true},
                                                 Case{"a/**/b.txt", "a/x/y/b.txt", true},
                                                 Case{"a/**/b.txt", "ax/b.txt", false},
                                                 Case{"a/**", "a/x/y", true},
                                                 Case{"**", "a/x/y", true},
                                                 Case{"**/*", "a", true},
                                                 Case{"a**b", "axxb", true},
                                                 Case{"a**b", "ax/xb", false},
                                                 Case{"**/*.wasm?module", "x/a.wasm?module", true},
                                                 Case{"**/*.wasm?module", "a.wasmXmodule", false},
                                                 Case{"{a,b}.py", "a.py", false},
                                                 Case{"[ab].py", "[ab].py", true},
                                                 Case{"", "", true},
                                                 Case{"späß/*", "späß/é.py", true});
  INFO(pattern << " against " << path);
  CHECK(ModuleGlob(pattern).matches(path) == matches);
}

#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <bundle/manifest.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::bundle;

namespace {

MemoryFileSystem tree(const std::vector<std::string>& paths) {
  MemoryFileSystem files;
  for (const auto& path : paths) {
    REQUIRE(files.write("/p/" + path, path));
  }
  return files;
}

BundleSource source_of(const Path& entry) {
  return {"/p", "/p/wrangler.toml", "/p" / entry, ("/p" / entry).parent_path()};
}

std::vector<std::string> names(const BundleManifest& manifest) {
  std::vector<std::string> out;
  for (const auto& module : manifest.modules) {
    out.push_back(module.path);
  }
  return out;
}

} // namespace

TEST_CASE("own files come depth first in byte order, then python_modules") {
  const auto files = tree({"src/app.py",
                           "src/.env.txt",
                           "src/Zeta.py",
                           "src/_a.py",
                           "src/a.py",
                           "src/lib/x.py",
                           "src/lib-1/y.py",
                           "src/notes.md",
                           "python_modules/.synced",
                           "python_modules/a/b.pyc",
                           "python_modules/a/b.py",
                           "python_modules/workers/w.js",
                           "python_modules/other/o.js"});
  const auto manifest = collect(source_of("src/app.py"), files);
  REQUIRE(manifest);
  CHECK(manifest->entry.path == "app.py");
  CHECK(manifest->entry.kind == ModuleKind::python);
  CHECK(names(*manifest) == std::vector<std::string>{".env.txt",
                                                     "Zeta.py",
                                                     "_a.py",
                                                     "a.py",
                                                     "lib/x.py",
                                                     "lib-1/y.py",
                                                     "python_modules/.synced",
                                                     "python_modules/a/b.py",
                                                     "python_modules/other/o.js",
                                                     "python_modules/workers/w.js"});
  CHECK(manifest->modules[7].kind == ModuleKind::data);
  CHECK(manifest->modules[8].kind == ModuleKind::data);
  CHECK(manifest->modules[9].kind == ModuleKind::es_module);
  CHECK(manifest->modules[9].origin == Origin::vendored);
  CHECK(manifest->total_size() > 0);
}

TEST_CASE("a user's exclude list replaces the default one") {
  const auto files = tree({"src/app.py", "python_modules/a.pyc", "python_modules/tests/t.py"});
  auto source = source_of("src/app.py");
  source.python_modules_exclude = {"tests/**"};
  const auto manifest = collect(source, files);
  REQUIRE(manifest);
  CHECK(names(*manifest) == std::vector<std::string>{"python_modules/a.pyc"});
}

TEST_CASE("base_dir: the entry goes by its base name, its siblings by their path") {
  const auto files = tree({"app/src/main.py", "app/src/near.py", "app/far.py", "app/main.py"});
  auto source = source_of("app/src/main.py");
  source.module_root = "/p/app";
  const auto manifest = collect(source, files);
  REQUIRE(manifest);
  CHECK(manifest->entry.path == "main.py");
  CHECK(names(*manifest) == std::vector<std::string>{"far.py", "main.py", "src/near.py"});
}

TEST_CASE("the module root may be the project root") {
  const auto files = tree({"app.py",
                           "wrangler.toml",
                           ".pyw/state/x.py",
                           ".wrangler/state/x.py",
                           "node_modules/n.txt",
                           "python_modules/a.py",
                           "python_modules/b.py",
                           "python_modules/c.bin"});
  auto source = source_of("app.py");
  source.python_modules_exclude = {"a.py"};
  const auto manifest = collect(source, files);
  REQUIRE(manifest);
  // a.py is excluded from the vendored walk only; b.py keeps its place and gets the vendored kind.
  CHECK(names(*manifest) ==
        std::vector<std::string>{
            "node_modules/n.txt", "python_modules/a.py", "python_modules/b.py", "python_modules/c.bin"});
  CHECK(manifest->modules[1].kind == ModuleKind::python);
  CHECK(manifest->modules[2].kind == ModuleKind::data);
}

TEST_CASE("find_additional_modules = false leaves only the entry") {
  const auto files = tree({"src/app.py", "src/b.py", "src/python_modules/x.py", "python_modules/a.py"});
  auto source = source_of("src/app.py");
  source.find_additional_modules = false;
  const auto manifest = collect(source, files);
  REQUIRE(manifest);
  CHECK(manifest->modules.empty());
}

TEST_CASE("what stops a bundle") {
  SECTION("python_modules inside the module root") {
    const auto files = tree({"src/app.py", "src/python_modules/a.py"});
    const auto manifest = collect(source_of("src/app.py"), files);
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().message() == "there is a `python_modules` in the module root `/p/src`");
  }
  SECTION("no entry") {
    const auto manifest = collect(source_of("src/app.py"), tree({"src/b.py"}));
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().message() == "the entry-point file `src/app.py` was not found");
  }
  SECTION("a link that leads nowhere") {
    auto files = tree({"src/app.py"});
    REQUIRE(files.make_symlink("/p/gone.py", "/p/src/link.py"));
    const auto manifest = collect(source_of("src/app.py"), files);
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().message() == "`/p/src/link.py` is a link that leads nowhere");
  }
}

TEST_CASE("cf-requirements.txt is warned about") {
  const auto manifest = collect(source_of("src/app.py"), tree({"src/app.py", "cf-requirements.txt"}));
  REQUIRE(manifest);
  CHECK(manifest->warnings.size() == 1);
}

TEST_CASE("the digest is that of the content") {
  const auto files = tree({"src/app.py"});
  const auto manifest = collect(source_of("src/app.py"), files);
  REQUIRE(manifest);
  CHECK(digest(manifest->entry, files) == sha256_hex("src/app.py"));
}

#include <base/memory_filesystem.hpp>
#include <cloud/compressed_size.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::cloud;

namespace {

bundle::Module module(const char* path, bundle::Origin origin, std::uint64_t size) {
  return {path, bundle::ModuleKind::python, origin, Path("/p") / path, size};
}

} // namespace

TEST_CASE("sizes: packages by folder, own modules each, all of them in the total") {
  MemoryFileSystem files;
  const std::string text(5000, 'a');
  bundle::BundleManifest manifest;
  manifest.entry = module("entry.py", bundle::Origin::own, text.size());
  manifest.modules = {module("lib/util.py", bundle::Origin::own, text.size()),
                      module("python_modules/a/one.py", bundle::Origin::vendored, text.size()),
                      module("python_modules/a/two.py", bundle::Origin::vendored, text.size()),
                      module("python_modules/alone.py", bundle::Origin::vendored, text.size())};
  REQUIRE(files.write(manifest.entry.source, text));
  for (const auto& item : manifest.modules) {
    REQUIRE(files.write(item.source, text));
  }
  const auto sizes = compressed_sizes(manifest, files, "/cache");
  REQUIRE(sizes);
  std::vector<std::string> names;
  for (const auto& [name, size] : sizes->groups) {
    names.push_back(name);
    CHECK(size > 10);
    CHECK(size < 60);
  }
  CHECK(names ==
        std::vector<std::string>{"entry.py", "lib/util.py", "python_modules/a/", "python_modules/alone.py"});
  // Own modules share a stream in the total, so it is less than the sum of all.
  CHECK(sizes->total < 18 + sizes->groups.at("entry.py") + sizes->groups.at("lib/util.py") +
                           sizes->groups.at("python_modules/a/") +
                           sizes->groups.at("python_modules/alone.py"));
  SECTION("remembered until a file's size or time changes") {
    const auto entries = files.list("/cache/bundle-sizes");
    REQUIRE(entries);
    CHECK(entries->size() == 5);
    for (const auto& entry : *entries) {
      REQUIRE(files.write(Path("/cache/bundle-sizes") / entry.name, "7\n"));
    }
    const auto again = compressed_sizes(manifest, files, "/cache");
    REQUIRE(again);
    CHECK(again->groups.at("entry.py") == 7);
    CHECK(again->total == 18 + 3 * 7);
    manifest.entry.size += 1;
    const auto changed = compressed_sizes(manifest, files, "/cache");
    REQUIRE(changed);
    CHECK(changed->groups.at("entry.py") > 10);
    CHECK(changed->groups.at("lib/util.py") == 7);
  }
}

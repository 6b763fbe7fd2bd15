#include "fake_part.hpp"

#include <base/memory_filesystem.hpp>
#include <support/catch.hpp>
#include <toolchain/cache.hpp>

#include <cerrno>

using namespace pyw;
using namespace pyw::toolchain;
using test::FakePart;

namespace {

struct CacheBench {
  MemoryFileSystem files;
  FakePart part;
  Cache cache{files, "/cache"};
  Path folder = cache.folder_of(part.pin);

  CacheBench() { REQUIRE(files.write("/archive", part.archive)); }

  [[nodiscard]] Condition condition() const { return cache.inspect(part.pin, CheckDepth::sizes).condition; }
};

} // namespace

TEST_CASE("a part is put in place with what is wanted of its archive") {
  CacheBench bench;
  CHECK(bench.condition() == Condition::missing);
  REQUIRE(bench.cache.place(bench.part.pin, "/archive"));
  CHECK(bench.condition() == Condition::ready);
  CHECK(bench.cache.inspect(bench.part.pin, CheckDepth::digests).size == 10 + 31);
  CHECK(list_tree(bench.files, bench.folder).value() ==
        std::vector<Path>{".pyw-files", "bin/tool", "new.mjs"});
  CHECK(bench.files.status(bench.folder / "bin/tool").value()->mode == 0755);
  CHECK(bench.files.read(bench.folder / "new.mjs").value() == "var made;\nexport default made;\n");
  CHECK(bench.files.list("/cache/parts").value().size() == 1);
}

TEST_CASE("a damaged part is noticed, and mended by placing it again") {
  CacheBench bench;
  REQUIRE(bench.cache.place(bench.part.pin, "/archive"));
  SECTION("a missing file") {
    REQUIRE(bench.files.remove_all(bench.folder / "new.mjs"));
  }
  SECTION("a missing record") {
    REQUIRE(bench.files.remove_all(bench.folder / record_file_name));
  }
  SECTION("a cut record") {
    const auto text = bench.files.read(bench.folder / record_file_name).value();
    REQUIRE(bench.files.write(bench.folder / record_file_name, text.substr(0, text.find('\n') + 1)));
  }
  SECTION("a record made to fit other files") {
    REQUIRE(bench.files.write(bench.folder / "bin/tool", "evil", 0755));
    REQUIRE(bench.files.write(bench.folder / record_file_name, sha256_hex("evil") + " 4 x bin/tool\n"));
  }
  CHECK(bench.condition() == Condition::damaged);
  REQUIRE(bench.cache.place(bench.part.pin, "/archive"));
  CHECK(bench.condition() == Condition::ready);
}

TEST_CASE("what a killed run left is cleared away") {
  CacheBench bench;
  REQUIRE(bench.files.write("/cache/parts/.new-tool-1.0-any/bin/half", "h"));
  REQUIRE(bench.cache.place(bench.part.pin, "/archive"));
  CHECK(list_tree(bench.files, "/cache/parts").value() ==
        std::vector<Path>{"tool-1.0-any/.pyw-files", "tool-1.0-any/bin/tool", "tool-1.0-any/new.mjs"});
}

TEST_CASE("nothing changes when the disk is full") {
  CacheBench bench;
  const auto full_at = GENERATE("bin/tool", "new.mjs", ".pyw-files");
  bench.files.fail_changes([&](const Path& path) { return path.string().ends_with(full_at) ? ENOSPC : 0; });
  const auto outcome = bench.cache.place(bench.part.pin, "/archive");
  REQUIRE_FALSE(outcome);
  CHECK(std::string(outcome.error().message()).find("No space left on device") != std::string::npos);
  CHECK(bench.condition() == Condition::missing);
  CHECK(bench.files.list("/cache/parts").value().empty());
}

TEST_CASE("an archive whose files are not the pinned ones is not put in place") {
  CacheBench bench;
  SECTION("a file is another") {
    REQUIRE(bench.files.write(
        "/archive",
        test::TarBuilder().add("package/bin/tool", "evil").add("package/old.js", "var made;").bytes()));
  }
  SECTION("a file is missing") {
    REQUIRE(bench.files.write("/archive", test::TarBuilder().add("package/bin/tool", "#!/bin/sh\n").bytes()));
  }
  SECTION("there is one more") {
    REQUIRE(bench.files.write("/archive",
                              test::TarBuilder()
                                  .add("package/bin/tool", "#!/bin/sh\n")
                                  .add("package/old.js", "var made;")
                                  .add("package/bin/evil", "")
                                  .bytes()));
  }
  SECTION("it is cut") {
    REQUIRE(bench.files.write("/archive", bench.part.archive.substr(0, 700)));
  }
  CHECK_FALSE(bench.cache.place(bench.part.pin, "/archive"));
  CHECK(bench.condition() == Condition::missing);
  CHECK(bench.files.list("/cache/parts").value().empty());
}

TEST_CASE("prune finds what nobody needs") {
  CacheBench bench;
  const auto* workerd = find_pin(Part::workerd, "linux-64");
  REQUIRE(bench.files.write(bench.cache.folder_of(*workerd) / "bin/workerd", "needed"));
  REQUIRE(bench.files.write("/cache/parts/workerd-1.0-linux-64/bin/workerd", "old"));
  REQUIRE(bench.files.write("/cache/parts/.new-workerd-1.0-linux-64/x", "half"));
  REQUIRE(bench.files.write("/cache/downloads/workerd.archive", "12345"));
  const auto found = bench.cache.leftovers("linux-64").value();
  REQUIRE(found.size() == 3);
  CHECK(found[0].path == "/cache/parts/.new-workerd-1.0-linux-64");
  CHECK(found[1].path == "/cache/parts/workerd-1.0-linux-64");
  CHECK(found[1].size == 3);
  CHECK(found[2].path == "/cache/downloads/workerd.archive");
  CHECK(found[2].size == 5);
  CHECK(Cache(bench.files, "/nowhere").leftovers("linux-64").value().empty());
}

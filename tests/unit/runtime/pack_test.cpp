#include <base/memory_filesystem.hpp>
#include <runtime/pack.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

TEST_CASE("a pack is a mark, an index and the bytes") {
  const auto pack = make_pack({{"a.py", "one"}, {"b/c.py", ""}, {"d", "xy"}});
  const std::string index = R"([["a.py",0,3],["b/c.py",3,0],["d",3,2]])";
  CHECK(pack == "PYWPACK1" + std::string(1, static_cast<char>(index.size())) + std::string(3, '\0') + index +
                    "onexy");
}

TEST_CASE("a file that cannot be read is an error") {
  MemoryFileSystem files;
  REQUIRE(files.write("/a", "1"));
  CHECK(make_pack(std::vector<PackSource>{{"a", "/a"}}, files));
  CHECK_FALSE(make_pack(std::vector<PackSource>{{"a", "/a"}, {"b", "/b"}}, files));
}

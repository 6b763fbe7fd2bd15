#include <base/memory_filesystem.hpp>
#include <runtime/pack.hpp>
#include <support/catch.hpp>

#include <libdeflate.h>
#include <nlohmann/json.hpp>

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

namespace {

nlohmann::json index_of(std::string_view pack) {
  const auto size = static_cast<unsigned char>(pack[8]);
  return nlohmann::json::parse(pack.substr(12, size));
}

} // namespace

TEST_CASE("a compressed pack has the same files, smaller where that helps") {
  const std::string text(1000, 'x');
  const auto pack = compress_pack(make_pack({{"a.py", text}, {"c", "12"}, {"d", ""}}));
  REQUIRE(pack);
  const auto index = index_of(*pack);
  const std::size_t small = index[0][3];
  CHECK(small < 100);
  CHECK(index == nlohmann::json{{"a.py", 0, 1000, small}, {"c", small, 2}, {"d", small + 2, 0}});
  const auto bytes = pack->substr(12 + index.dump().size());
  CHECK(bytes.substr(small) == "12");

  std::string unpacked(1000, '\0');
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  CHECK(libdeflate_deflate_decompress(
            inflater.get(), bytes.data(), small, unpacked.data(), unpacked.size(), nullptr) ==
        LIBDEFLATE_SUCCESS);
  CHECK(unpacked == text);
}

TEST_CASE("libraries are picked by what they are, and stay as they are") {
  using namespace std::string_literals;
  const PackFile library{"a/b.so", "\0asm"s + std::string(1000, 'x')};
  const PackFile other{"c.so",
                       "\x7f"
                       "ELF"};
  CHECK(pick_libraries(make_pack({{"a.py", "1"}, library, other})).value() == make_pack({library}));
  CHECK(pick_libraries(make_pack({{"a.py", "1"}, other})).value() == std::nullopt);
  CHECK_FALSE(pick_libraries("PYWPACK"));
}

TEST_CASE("what is no pack is not compressed") {
  const auto good = make_pack({{"a.py", "one"}});
  CHECK(compress_pack(good));
  const auto with_index = [](const std::string& index) {
    return "PYWPACK1" + std::string(1, static_cast<char>(index.size())) + std::string(3, '\0') + index;
  };
  for (const auto& bad : {std::string(),
                          good.substr(0, 11),
                          good.substr(0, 20),
                          good.substr(0, good.size() - 1),
                          "X" + good.substr(1),
                          with_index("7"),
                          with_index("[7]"),
                          with_index(R"([["a",1,0]])"),
                          with_index(R"([["a",0,18446744073709551615]])"),
                          with_index(R"([["a",-1,0]])"),
                          with_index(R"([["a",0,0,0]])")}) {
    CAPTURE(bad);
    CHECK_FALSE(compress_pack(bad));
  }
}

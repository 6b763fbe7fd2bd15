#include "sample_snapshot.hpp"

#include <snapshot/file.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::snapshot;
using test::sample_description;
using test::sample_key;
using test::sample_snapshot;

namespace {

std::string sealed(const nlohmann::json& description = sample_description()) {
  return *seal(sample_snapshot(description), sample_key);
}

/// Why it is refused; empty when it is not.
std::string problem(const std::string& bytes) {
  const auto read = read_snapshot(bytes);
  return read ? "" : std::string(read.error().message());
}

/// A braced list of two texts would be an object.
nlohmann::json pairs(const std::vector<std::vector<std::string>>& list) {
  return list;
}

std::string problem_with(const std::string& name, const nlohmann::json& value) {
  auto description = sample_description();
  description[name] = value;
  return problem(sealed(description));
}

} // namespace

TEST_CASE("a sealed snapshot tells what is in it") {
  const auto read = read_snapshot(sealed());
  REQUIRE(read);
  CHECK(read->layer == Layer::dedicated);
  CHECK(read->python == "3.14");
  CHECK(read->key == sample_key);
  CHECK(read->heap == 131072);
  CHECK(read->pages == 3);
  CHECK(read->size == 64 + 4032 + 3 * 4096);
  REQUIRE(read->libraries.size() == 1);
  CHECK(read->libraries[0].table_size == 5);
  CHECK(read->libraries[0].global);
  CHECK(read->references == std::vector<std::string>{"js.fetch", "host.env", "pyodide"});
  CHECK(read->entropy == std::vector<std::string>{"os.urandom()"});
  CHECK(read->files.at(0).first == "/tmp/a");
}

TEST_CASE("no byte of a snapshot can change unseen") {
  const auto good = sealed();
  for (const std::size_t at :
       {0UL, 7UL, 8UL, 12UL, 16UL, 31UL, 32UL, 63UL, 64UL, 4095UL, 4096UL, good.size() - 1}) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    INFO("byte " << at);
    CHECK(problem(bad) != "");
  }
}

TEST_CASE("a snapshot that is cut, grown, foreign or of another version is refused with the reason") {
  const auto good = sealed();
  CHECK(problem(good.substr(0, 63)) == "this is no usable snapshot: it does not begin as one");
  CHECK(problem("") == "this is no usable snapshot: it does not begin as one");
  CHECK(problem(good.substr(0, good.size() - 4096)) ==
        "this is no usable snapshot: its size is not what it says");
  CHECK(problem(good + "x") == "this is no usable snapshot: its size is not what it says");
  auto older = good;
  older[7] = '1';
  CHECK(problem(older) == "this is no usable snapshot: another version of pyw made it");
  CHECK(problem(sample_snapshot(sample_description())) ==
        "this is no usable snapshot: its digest is not that of its content");
}

TEST_CASE("numbers of the description must fit each other, however well it is sealed") {
  CHECK(problem_with("heap", 131072) == "");
  CHECK(problem_with("heap", 4096).ends_with("its memory is no whole number of pages"));
  CHECK(problem_with("heap", -1).ends_with("`heap` is no number that fits"));
  CHECK(problem_with("layer", "other").ends_with("its layer is unknown"));
  CHECK(problem_with("runs", {{1, 3}}) == ""); // the same number of pages
  CHECK(problem_with("runs", {{1, 1}}).ends_with("its pages are not as many as described"));
  CHECK(problem_with("runs", {{5, 2}, {1, 1}}).ends_with("overlap or lie outside the memory"));
  CHECK(problem_with("runs", {{30, 3}}).ends_with("overlap or lie outside the memory"));
  CHECK(problem_with("runs", {{1, 0}, {2, 3}}).ends_with("overlap or lie outside the memory"));
  CHECK(problem_with("fresh", {{0, 32}}) == "");
  CHECK(problem_with("fresh", {{1, 32}}).ends_with("overlap or lie outside the memory"));
  CHECK(problem_with("fresh", nullptr).ends_with("`fresh` is no list"));
  CHECK(problem_with("tableLength", 12).ends_with("a library lies outside the memory or the table"));
  auto libraries = pyw::test::sample_description()["libraries"];
  libraries[0]["scope"] = {1};
  CHECK(problem_with("libraries", libraries).ends_with("`scope` is no number that fits"));
  CHECK(problem_with("slots", {{200, 0, "f"}}).ends_with("`slots` is no number that fits"));
  CHECK(problem_with("slots", {{20, 1, "f"}}).ends_with("a slot is nobody's"));
  CHECK(problem_with("files", pairs({{"/home/a", ""}})).ends_with("a file lies outside /tmp"));
  CHECK(problem_with("files", pairs({{"/tmp/../home/a", ""}})).ends_with("a file lies outside /tmp"));
  CHECK(problem_with("hiwire", {{"hiwireKeys", {{{"what", 1}}}}, {"immortalKeys", nlohmann::json::array()}})
            .ends_with("a JavaScript reference is not described"));
}

TEST_CASE("packed for transport and unpacked it is the same; damaged on the way it is refused") {
  const auto good = sealed();
  const auto packed = pack_for_transport(good);
  REQUIRE(packed);
  CHECK(is_packed(*packed));
  CHECK_FALSE(is_packed(good));
  CHECK(packed->size() < good.size() / 4);
  CHECK(*unpack_from_transport(*packed) == good);
  CHECK_FALSE(unpack_from_transport(packed->substr(0, packed->size() / 2)));
  CHECK_FALSE(unpack_from_transport(*packed + "x"));
  CHECK_FALSE(unpack_from_transport(good));
}

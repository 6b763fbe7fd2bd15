#include <base/suggest.hpp>
#include <support/catch.hpp>

#include <vector>

using namespace pyw;

TEST_CASE("distances count insertions, deletions, substitutions and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("sycn", "sync") == 1);
}

TEST_CASE("only a near name is suggested") {
  const std::vector<std::string> known{"sync", "deploy", "dev"};
  CHECK(nearest("sycn", known) == "sync");
  CHECK(nearest("DEPLOI", known) == "deploy");
  CHECK(nearest("banana", known) == std::nullopt);
}

#include <base/fingerprint.hpp>
#include <base/hash.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("a fingerprint is the same for the same texts, and for no others") {
  const auto known = fingerprint({"ab", "c"});
  CHECK(known.size() == 32);
  CHECK(known == fingerprint({"ab", "c"}));
  CHECK(known != fingerprint({"ab", "d"}));
  CHECK(known != fingerprint({"a", "bc"}));
  CHECK(known != fingerprint({"ab", "c", ""}));
}

TEST_CASE("a fingerprint is XXH3's, whatever the pieces") {
  CHECK(to_hex(Fingerprint().value()) ==
        "99aa06d3014798d86001c324468d497f"); // the specification's, of nothing
  Fingerprint whole;
  whole.add("abc");
  Fingerprint pieces;
  pieces.add("a");
  pieces.add("");
  pieces.add("bc");
  CHECK(whole.value() == pieces.value());
}

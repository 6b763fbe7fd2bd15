#include <base/fingerprint.hpp>
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

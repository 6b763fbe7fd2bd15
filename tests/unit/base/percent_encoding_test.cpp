#include <base/percent_encoding.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("percent-encoding leaves only unreserved characters") {
  CHECK(percent_encoded("a b/ä&~") == "a%20b%2F%C3%A4%26~");
}

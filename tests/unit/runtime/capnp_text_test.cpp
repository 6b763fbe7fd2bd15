#include <runtime/capnp_text.hpp>
#include <support/catch.hpp>

using namespace pyw::runtime;

TEST_CASE("strings are escaped so that capnp reads the same bytes") {
  CHECK(capnp_string("plain") == R"("plain")");
  CHECK(capnp_string("say \"hi\" \\ back") == R"("say \"hi\" \\ back")");
  CHECK(capnp_string("two\nlines\ttab") == R"("two\nlines\x09tab")");
  CHECK(capnp_string("naïve") == "\"naïve\"");
}

TEST_CASE("empty fields are left out of structs") {
  CHECK(capnp_struct({{"a", "1"}, {"b", ""}, {"c", "[]"}}) == "(a = 1, c = [])");
  CHECK(capnp_struct({}) == "()");
}

TEST_CASE("lists stand one element a line") {
  CHECK(capnp_list({}, 4) == "[]");
  CHECK(capnp_list({"1", "2"}, 4) == "[\n    1,\n    2,\n  ]");
}

#include <base/jsonc.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("comments and trailing commas become blanks of the same length") {
  CHECK(blank_jsonc("{\"a\": 1, // x\n}") == "{\"a\": 1      \n}");
  CHECK(blank_jsonc("[1, /* b */ 2,]") == "[1,         2 ]");
  CHECK(blank_jsonc("[1,\n// c\n]") == "[1 \n    \n]");
}

TEST_CASE("strings are left alone") {
  CHECK(blank_jsonc(R"({"u": "http://x", "c": "a,]", "q": "\"//"})") ==
        R"({"u": "http://x", "c": "a,]", "q": "\"//"})");
}

TEST_CASE("an unterminated comment stays for the parser to complain about") {
  CHECK(blank_jsonc("{} /* x") == "{} /* x");
}

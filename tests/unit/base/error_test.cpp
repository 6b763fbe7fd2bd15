#include <base/error.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("a diagnostic points at its place and says what to do") {
  Diagnostic diagnostic;
  diagnostic.message = "expected a string";
  diagnostic.location = {"wrangler.toml", 3, 8};
  diagnostic.snippet = "name = 5";
  diagnostic.hints = {"write the name in quotes"};
  CHECK(render(diagnostic) == "wrangler.toml:3:8: error: expected a string\n"
                              "  name = 5\n"
                              "         ^\n"
                              "\n"
                              "hint: write the name in quotes\n");
}

TEST_CASE("the caret lines up behind tabs and characters of several bytes") {
  Diagnostic diagnostic;
  diagnostic.message = "wrong";
  diagnostic.location = {"f", 1, 6};
  diagnostic.snippet = "\tä = 5"; // the 5 starts at byte 7: tab, two bytes, blank, '=', blank
  diagnostic.location.column = 7;
  diagnostic.length = 1;
  CHECK(render(diagnostic) == "f:1:7: error: wrong\n  \tä = 5\n  \t    ^\n");
}

TEST_CASE("the kind of an error decides the exit code") {
  CHECK(exit_code_of(user_error("x")) == 1);
  CHECK(exit_code_of(usage_error("x")) == 2);
  CHECK(exit_code_of(internal_error("x")) == 2);
  CHECK(exit_code_of(Error{ErrorKind::child, {}, 42}) == 42);
}

TEST_CASE("a system error names the remedy") {
  const auto error = system_error("cannot write `a`", ENOSPC);
  CHECK(error.message() == "cannot write `a`: No space left on device");
  REQUIRE(error.diagnostics.front().hints.size() == 1);
  CHECK(error.diagnostics.front().hints.front().find("fs.inotify.max_user_watches") != std::string::npos);
}

#include "support/catch.hpp"

#include <python/stamp.hpp>

using namespace pyw::python;

namespace {

Stamp example_stamp() {
  return {.python = "3.14", .project = "aa", .lock = "bb", .settings = "cc", .local = ""};
}

} // namespace

TEST_CASE("a stamp reads back as it was written") {
  CHECK(parse_stamp(to_text(example_stamp())) == example_stamp());
}

TEST_CASE("what is no stamp of ours is none") {
  const auto text = GENERATE(as<std::string>{},
                             "",
                             "1.17.9", // what workers-py writes
                             "pyw-sync 2\npython 3.14\nproject a\nlock b\nsettings c\nlocal \n",
                             "pyw-sync 1\npython 3.14\n",
                             "pyw-sync 1\npython 3.14\nproject a\nlock b\nsettings c\nother \n",
                             "pyw-sync 1\npython 3.14\nproject a\nlock b\nsettings c\nlocal"); // cut short
  CHECK_FALSE(parse_stamp(text));
}

TEST_CASE("the difference names what changed") {
  CHECK(difference(example_stamp(), example_stamp()).empty());
  CHECK(difference(std::nullopt, example_stamp()) == "there is no complete `python_modules` yet");
  auto changed = example_stamp();
  changed.project = "zz";
  CHECK(difference(example_stamp(), changed) == "`pyproject.toml` changed");
  changed = example_stamp();
  changed.local = "zz";
  CHECK(difference(example_stamp(), changed) == "a local package changed");
}

// Runs every file of tests/data/config/cases. With PYW_UPDATE_CASES=1 in the environment the expectations are
// rewritten instead: read the difference before committing it.
#include "case_file.hpp"

#include <base/real_filesystem.hpp>
#include <support/catch.hpp>

#include <cstdlib>

namespace pyw {

TEST_CASE("loading projects says what the case files say") {
  RealFileSystem files;
  const Path folder = Path(PYW_SOURCE_DIR) / "tests/data/config/cases";
  const auto entries = files.list(folder);
  REQUIRE(entries);
  REQUIRE(entries->size() > 20);
  const bool update = std::getenv("PYW_UPDATE_CASES") != nullptr;
  for (const auto& entry : *entries) {
    const auto text = files.read(folder / entry.name);
    REQUIRE(text);
    const auto test_case = test::parse_case(*text);
    const auto actual = test::run_case(test_case);
    if (update) {
      REQUIRE(files.write(folder / entry.name, test_case.head + "=== expected\n" + actual));
    } else {
      INFO(entry.name);
      CHECK(actual == test_case.expected);
    }
  }
}

} // namespace pyw

#include "support/catch.hpp"

#include <python/pylock.hpp>

using namespace pyw::python;

namespace {

constexpr auto example = R"(lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.14.2"

[[packages]]
name = "idna"
version = "3.20"
wheels = [{ url = "https://example.org/idna.whl", upload-time = 2026-09-17T14:11:03Z, hashes = { sha256 = "ab" } }]

[[packages]]
name = "mylib"
directory = { path = "lib", editable = false }
)";

} // namespace

TEST_CASE("the packages of a lock") {
  const auto packages = parse_pylock(example);
  REQUIRE(packages);
  CHECK(*packages ==
        std::vector<LockedPackage>{{"idna", "3.20", std::nullopt, false}, {"mylib", "", "lib", false}});
  CHECK(mentions_directories(example));
  CHECK(parse_pylock("lock-version = \"1.0\"\n")->empty());
}

TEST_CASE("a lock that is no lock fails, whatever it is") {
  const auto text = GENERATE(as<std::string>{},
                             "<<<<<<< HEAD\n",
                             "packages = 3\n",
                             "packages = [3]\n",
                             "[[packages]]\nversion = \"1\"\n",
                             "[[packages]]\nname = 1\n",
                             "[[packages]]\nname = \"a\"\ndirectory = 4\n",
                             "a = " + std::string(100'000, '['),
                             "[[packages]]\nname = \"a\"\ndirectory = {}\n",
                             std::string(3, '\0'));
  const auto packages = parse_pylock(text);
  REQUIRE_FALSE(packages);
  CHECK(packages.error().message().starts_with("`pylock.toml` cannot be read"));
}

TEST_CASE("locks compare by package") {
  const std::vector<LockedPackage> before{
      {"a", "1", {}, false}, {"b", "1", {}, false}, {"l", "", "lib", false}};
  const std::vector<LockedPackage> after{
      {"a", "2", {}, false}, {"c", "1", {}, false}, {"l", "", "lib", false}};
  std::vector<std::string> lines;
  for (const auto& change : compare(before, after)) {
    lines.push_back(describe(change));
  }
  CHECK(lines == std::vector<std::string>{"~ a 1 -> 2", "- b 1", "+ c 1"});
}

TEST_CASE("comments and blank lines do not make another lock") {
  CHECK(same_lock("# made by hand\na = 1\n", "a = 1\n\n"));
  CHECK_FALSE(same_lock("a = 1\n", "a = 2\n"));
}

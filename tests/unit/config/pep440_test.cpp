#include <config/pep440.hpp>
#include <support/catch.hpp>

namespace pyw::config {

TEST_CASE("versions are ordered as in PEP 440") {
  // The order of the standard's own examples, and a few more.
  const std::vector<std::string_view> ordered{"1.dev0",
                                              "1.0.dev456",
                                              "1.0a1",
                                              "1.0a2.dev456",
                                              "1.0a12.dev456",
                                              "1.0a12",
                                              "1.0b1.dev456",
                                              "1.0b2",
                                              "1.0b2.post345.dev456",
                                              "1.0b2.post345",
                                              "1.0rc1.dev456",
                                              "1.0rc1",
                                              "1.0",
                                              "1.0.post456.dev34",
                                              "1.0.post456",
                                              "1.1.dev1",
                                              "1.1",
                                              "2!0.1"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      const auto one = parse_python_release(ordered[i]);
      const auto other = parse_python_release(ordered[j]);
      INFO(ordered[i] << " against " << ordered[j]);
      REQUIRE((one && other));
      const auto expected = i < j ? -1 : i > j ? 1 : 0;
      // "1.dev0" and "1.0.dev456" differ by their dev numbers alone, which is the order above too.
      CHECK(compare(*one, *other) == expected);
    }
  }
  CHECK(compare(*parse_python_release("3.14"), *parse_python_release("3.14.0")) == 0);
  CHECK(compare(*parse_python_release("V1.0-Alpha.1"), *parse_python_release("1.0a1")) == 0);
}

TEST_CASE("what is no version") {
  for (const auto text : {"", "x", "3.", "3..1", "3.x", "1!", "3.14 beta", "99999999999999999999999"}) {
    INFO(text);
    CHECK(!parse_python_release(text));
  }
}

namespace {

struct SpecifierCase {
  std::string_view specifiers;
  std::string_view version;
  std::optional<bool> expected;
};

} // namespace

TEST_CASE("specifiers admit versions") {
  const auto test = GENERATE(SpecifierCase{">=3.12", "3.14.2", true},
                             SpecifierCase{">=3.15", "3.14.2", false},
                             SpecifierCase{"", "3.14.2", true},
                             SpecifierCase{">= 3.12 , < 3.14", "3.13.2", true},
                             SpecifierCase{">=3.12,<3.14", "3.14.2", false},
                             SpecifierCase{"==3.14.*", "3.14.2", true},
                             SpecifierCase{"==3.13.*", "3.14.2", false},
                             SpecifierCase{"!=3.14.*", "3.14.2", false},
                             SpecifierCase{"==3.14", "3.14.2", false},
                             SpecifierCase{"==3.14.2", "3.14.2", true},
                             SpecifierCase{"===3.14.2", "3.14.2", true},
                             SpecifierCase{"!=3.14.2", "3.14.2", false},
                             SpecifierCase{"~=3.12", "3.14.2", true},
                             SpecifierCase{"~=3.14.1", "3.14.2", true},
                             SpecifierCase{"~=3.13.0", "3.14.2", false},
                             SpecifierCase{"~=3", "3.14.2", std::nullopt},
                             SpecifierCase{"<=3.14", "3.14.2", false},
                             SpecifierCase{">3.14", "3.14.2", true},
                             SpecifierCase{">=3.14rc1", "3.14.2", true},
                             SpecifierCase{"<4", "3.14.2", true},
                             SpecifierCase{"3.14", "3.14.2", std::nullopt},
                             SpecifierCase{">=three", "3.14.2", std::nullopt},
                             SpecifierCase{"<3.*", "3.14.2", std::nullopt},
                             SpecifierCase{">=3.12,", "3.14.2", true});
  INFO(test.specifiers);
  CHECK(admits(test.specifiers, test.version) == test.expected);
}

} // namespace pyw::config

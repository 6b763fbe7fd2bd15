#include <support/catch.hpp>
#include <toolchain/manifest.hpp>

#include <set>

using namespace pyw::toolchain;

TEST_CASE("every pin is complete") {
  std::set<std::string> folders;
  for (const auto& pin : all_pins()) {
    INFO(folder_name(pin));
    CHECK(folders.insert(folder_name(pin)).second);
    // 64 bytes are 88 characters of base64, 32 bytes 64 of hexadecimal.
    CHECK((pin.origin == Origin::npm ? pin.archive_digest.size() == 7 + 88
                                     : pin.archive_digest.size() == 7 + 64));
    CHECK(pin.archive_digest.starts_with(pin.origin == Origin::npm ? "sha512-" : "sha256:"));
    CHECK(pin.tree_digest.size() == 64);
    CHECK(pin.tree_digest.find_first_not_of("0123456789abcdef") == std::string_view::npos);
    CHECK(pin.archive_size > 0);
    CHECK((pin.wanted.below.empty() || pin.wanted.below.ends_with('/')));
    CHECK_FALSE(pin.wanted.globs.empty());
  }
}

TEST_CASE("Linux has every part, on both kinds of machine") {
  for (const auto part : all_parts()) {
    CHECK(find_pin(part, "linux-64") != nullptr);
    CHECK(find_pin(part, "linux-arm64") != nullptr);
    CHECK(part_named(name_of(part)) == part);
  }
  CHECK(find_pin(Part::workerd, "linux-64") != find_pin(Part::workerd, "linux-arm64"));
  CHECK(find_pin(Part::workerd, "plan9") == nullptr);
  CHECK_FALSE(part_named("node"));
}

#include <base/memory_filesystem.hpp>
#include <edge/vault.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::edge;

TEST_CASE("the key file is made once, for its owner alone") {
  MemoryFileSystem files;
  REQUIRE(Vault::open("/data/key", files));
  const auto text = *files.read("/data/key");
  CHECK((*files.status("/data/key"))->mode == 0600);
  CHECK(text.size() == 65);
  REQUIRE(Vault::open("/data/key", files));
  CHECK(*files.read("/data/key") == text);
}

TEST_CASE("a key file that others may read, or that is none, is refused") {
  MemoryFileSystem files;
  REQUIRE(files.write("/open", std::string(64, 'a'), 0644));
  CHECK_FALSE(Vault::open("/open", files));
  REQUIRE(files.write("/short", "abc", 0600));
  CHECK_FALSE(Vault::open("/short", files));
  REQUIRE(files.write("/words", std::string(64, 'x'), 0600));
  CHECK_FALSE(Vault::open("/words", files));
}

TEST_CASE("what is sealed comes back under its own name only") {
  MemoryFileSystem files;
  const auto vault = Vault::open("/key", files);
  REQUIRE(vault);
  const std::string texts[] = {"", "hunter2", std::string(5'000, '\0'), "sp\xC3\xA4\xC3\x9F\n"};
  for (const auto& text : texts) {
    const auto sealed = vault->seal(Secret(text), "account/script/NAME");
    REQUIRE(sealed);
    CHECK((text.empty() || sealed->find(text) == std::string::npos));
    CHECK(*sealed != *vault->seal(Secret(text), "account/script/NAME")); // another nonce each time
    const auto back = vault->unseal(*sealed, "account/script/NAME");
    REQUIRE(back);
    CHECK(back->reveal() == text);
    CHECK_FALSE(vault->unseal(*sealed, "account/other/NAME"));
  }
}

TEST_CASE("what was changed, or sealed with another key, does not come back") {
  MemoryFileSystem files;
  const auto vault = Vault::open("/key", files);
  const auto other = Vault::open("/other", files);
  auto sealed = *vault->seal(Secret("hunter2"), "n");
  CHECK_FALSE(other->unseal(sealed, "n"));
  for (std::size_t i = 0; i < sealed.size() - 2; ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO(i);
    CHECK_FALSE(vault->unseal(changed, "n"));
  }
  CHECK_FALSE(vault->unseal("", "n"));
  CHECK_FALSE(vault->unseal("!!!!", "n"));
}

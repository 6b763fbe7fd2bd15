// Every parser of outside bytes against spoiled input: nothing may crash (the sanitizers look on), and what
// is accepted must keep its promises.
#include "tar_builder.hpp"

#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <net/resume.hpp>
#include <net/url.hpp>
#include <support/catch.hpp>
#include <toolchain/archive.hpp>
#include <toolchain/npmrc.hpp>
#include <toolchain/sources.hpp>
#include <toolchain/tree_record.hpp>
#include <toolchain/uv.hpp>

#include <functional>
#include <random>

using namespace pyw;
using namespace pyw::toolchain;

namespace {

/// The same sequence in each run: a failure can be repeated.
class Spoiler {
public:
  /// A few bytes changed, removed, doubled, or the end cut off.
  [[nodiscard]] std::string spoil(std::string text) {
    for (auto rounds = pick(4) + 1; rounds > 0 && !text.empty(); --rounds) {
      const auto at = pick(text.size());
      switch (pick(5)) {
      case 0:
        text[at] = static_cast<char>(pick(256));
        break;
      case 1:
        text.erase(at, pick(8) + 1);
        break;
      case 2:
        text.insert(at, text.substr(pick(text.size()), pick(16)));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text[at] = "\n\0 =/$}{\"'<>:\\."[pick(15)];
        break;
      }
    }
    return text;
  }

private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(m_random);
  }

  std::mt19937 m_random{20261121};
};

void for_spoiled(const std::string& good, int times, const std::function<void(const std::string&)>& look) {
  Spoiler spoiler;
  for (int i = 0; i < times; ++i) {
    look(spoiler.spoil(good));
  }
}

class InsideOnly final : public ArchiveVisitor {
public:
  [[nodiscard]] Result<bool> begin_file(const std::string& path) override {
    CHECK(stays_inside(path));
    return true;
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override {
    total += piece.size();
    return {};
  }

  [[nodiscard]] Result<void> end_file() override { return {}; }

  std::size_t total = 0;
};

} // namespace

TEST_CASE("spoiled records name nothing outside of the tree") {
  const auto good =
      to_text({{"bin/tool", 4, true, sha256_hex("tool")}, {"a/b.js", 2, false, sha256_hex("js")}});
  int accepted = 0;
  for_spoiled(good, 20'000, [&](const std::string& text) {
    if (const auto record = parse_tree_record(text)) {
      ++accepted;
      for (const auto& file : *record) {
        if (!stays_inside(file.path) || file.sha256.size() != 64) {
          FAIL(text);
        }
      }
    }
  });
  CHECK(accepted > 0);
}

TEST_CASE("spoiled settings, pages, links and headers do no harm") {
  const Environment environment({{"TOKEN", "x"}, {"HOME", "/"}});
  for_spoiled("registry=http://127.0.0.1/${TOKEN}/\n@a:registry=\"x\"\n//127.0.0.1/:_authToken=${TOKEN?}\n",
              5000,
              [&](const auto& text) {
                static_cast<void>(find_for_url(parse_npmrc(text, environment), text, ":_authToken"));
              });
  for_spoiled(R"({"files": [{"filename": "f.whl", "url": "../f.whl"}]})", 5000, [](const auto& text) {
    static_cast<void>(find_wheel_link(text, "http://127.0.0.1/simple/f/", "f.whl"));
  });
  for_spoiled("<a href=\"../../f.whl?a=1#b\">f.whl</a>", 5000, [](const auto& text) {
    static_cast<void>(find_wheel_link(text, "http://127.0.0.1/simple/f/", "f.whl"));
  });
  for_spoiled("http://user:pw@127.0.0.1:80/a/../b?c#d", 5000, [](const auto& text) {
    static_cast<void>(net::redacted(text));
    static_cast<void>(net::host_of(text));
    static_cast<void>(net::resolve_link(text, "../x"));
    static_cast<void>(net::resolve_link("http://127.0.0.1/a", text));
    static_cast<void>(net::with_credentials_of(text, text));
  });
  for_spoiled("bytes 400-999/1000", 5000, [](const auto& text) {
    static_cast<void>(
        net::continuation({206, {{"Content-Range", text}}, ""}, 400, net::PartialRecord{"v", 1000}));
  });
  for_spoiled(
      "\"v1\"\n1000\n", 5000, [](const auto& text) { static_cast<void>(net::parse_partial_record(text)); });
  for_spoiled("uv 0.13.8 (abc)", 2000, [](const auto& text) {
    if (const auto version = parse_uv_version(text)) {
      static_cast<void>(is_at_least(*version, "0.13.4"));
    }
  });
}

TEST_CASE("spoiled archives do no harm and stay inside") {
  const auto tar = test::TarBuilder().add("a/one", std::string(700, '1')).add("b/two", "2").bytes();
  const auto zip = test::stored_zip("a/one", std::string(700, '1'));
  for (const auto& good : {tar, zip}) {
    for_spoiled(good, 400, [](const std::string& bytes) {
      MemoryFileSystem files;
      REQUIRE(files.write("/archive", bytes));
      InsideOnly visitor;
      static_cast<void>(read_archive(files, "/archive", visitor, {100'000, 100}));
      CHECK(visitor.total <= 100'000);
    });
  }
}

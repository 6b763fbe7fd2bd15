#include <base/real_filesystem.hpp>
#include <edge/quotas.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

struct QuotaSample {
  test::TemporaryFolder folder;
  RealFileSystem files;
  ManualClock clock;
  BlobStore blobs{folder.path() / "blobs", files};
  Records records = *Records::open(":memory:", clock);
  Account account = *records.ensure_account("one");

  Version version(const std::string& script, const std::vector<std::string>& contents) {
    Version out;
    out.id = *new_uuid();
    out.account = account.id;
    out.script = script;
    for (const auto& content : contents) {
      out.modules.push_back({content, "text/x-python", *blobs.put(content), content.size()});
    }
    return out;
  }
};

} // namespace

TEST_CASE("a quota of Workers, where there is one") {
  CHECK_FALSE(check_script_quota({}, 1'000'000));
  CHECK_FALSE(check_script_quota({2, 0, 0}, 1));
  const auto refused = check_script_quota({2, 0, 0}, 2);
  REQUIRE(refused);
  CHECK(refused->status == 403);
}

TEST_CASE("a quota of bytes counts each content once, and other accounts' not at all") {
  QuotaSample sample;
  auto one = sample.version("one", {"12345", "abc"});
  REQUIRE(sample.records.publish({sample.account.id, "one", "then", "then", "{}"}, one, std::nullopt));
  const auto other = *sample.records.ensure_account("two");
  auto strange = sample.version("two", {std::string(100, 'x')});
  strange.account = other.id;
  REQUIRE(sample.records.publish({other.id, "two", "then", "then", "{}"}, strange, std::nullopt));
  const auto fresh = sample.version("new", {"12345", "zz"});
  CHECK(stored_bytes({one, fresh}, sample.blobs) == 10);
  CHECK_FALSE(*check_byte_quota({0, 10, 0}, fresh, sample.records, sample.blobs));
  CHECK_FALSE(*check_byte_quota({0, 0, 0}, fresh, sample.records, sample.blobs));
  const auto refused = check_byte_quota({0, 9, 0}, fresh, sample.records, sample.blobs);
  REQUIRE((refused && *refused));
  CHECK((*refused)->status == 403);
}

TEST_CASE("an account's uploads at once end where they end") {
  UploadTurns turns;
  auto one = turns.take("a", 2);
  auto two = turns.take("a", 2);
  CHECK((one && two));
  CHECK_FALSE(turns.take("a", 2));
  CHECK(turns.take("b", 2));
  CHECK(turns.take("a", 0));
  one.reset();
  CHECK(turns.take("a", 2));
}

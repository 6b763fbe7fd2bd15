#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <edge/blobs.hpp>
#include <edge/snapshot_uploads.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::edge;

TEST_CASE("a blob is found by its digest, and only by one") {
  MemoryFileSystem files;
  BlobStore blobs("/blobs", files);
  const auto digest = blobs.put("hello");
  REQUIRE(digest);
  CHECK(*digest == sha256_hex("hello"));
  CHECK(blobs.has(*digest));
  CHECK(*blobs.read(*digest) == "hello");
  CHECK_FALSE(blobs.has(std::string(64, '0')));
  CHECK_FALSE(blobs.has("../../etc/passwd"));
  CHECK_FALSE(blobs.read("../../etc/passwd"));
  CHECK_FALSE(is_digest(std::string(64, 'A')));
  CHECK_FALSE(is_digest(std::string(63, 'a')));
}

TEST_CASE("a damaged blob is not read, and is replaced by what is sent anew") {
  MemoryFileSystem files;
  BlobStore blobs("/blobs", files);
  const auto digest = *blobs.put("hello");
  REQUIRE(files.write(blobs.path_of(digest), "hellp"));
  CHECK_FALSE(blobs.read(digest));
  CHECK_FALSE(blobs.check(digest));
  REQUIRE(blobs.put("hello"));
  CHECK(*blobs.read(digest) == "hello");
}

TEST_CASE("the range of a piece") {
  const auto range = parse_content_range("bytes 0-4194303/11600000");
  REQUIRE(range);
  CHECK(range->first == 0);
  CHECK(range->last == 4194303);
  CHECK(range->total == 11600000);
  for (const auto* wrong : {"",
                            "bytes",
                            "bytes 1-0/9",
                            "bytes 0-9/9",
                            "bytes 0-1/*",
                            "bytes -1-2/9",
                            "bytes 0-1/9x",
                            "bytes 0-99999999999999999999/999999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(parse_content_range(wrong));
  }
}

#include <net/resume.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::net;

namespace {

HttpResponse answer(int status, HttpHeaders headers = {}) {
  return {status, std::move(headers), ""};
}

const PartialRecord known{"\"v1\"", 1000};

} // namespace

TEST_CASE("an answer continues a partial file only when its range fits") {
  CHECK(continuation(answer(206, {{"Content-Range", "bytes 400-999/1000"}}), 400, known) ==
        Continuation::append);
  CHECK(continuation(answer(206, {{"content-range", "bytes 400-999/*"}}), 400, known) ==
        Continuation::append);
  CHECK(continuation(answer(206, {{"Content-Range", "bytes 0-999/1000"}}), 400, known) ==
        Continuation::again);
  CHECK(continuation(answer(206, {{"Content-Range", "bytes 400-1999/2000"}}), 400, known) ==
        Continuation::again);
  CHECK(continuation(answer(206, {{"Content-Range", "items 400-999/1000"}}), 400, known) ==
        Continuation::again);
  CHECK(continuation(answer(206), 400, known) == Continuation::again);
  CHECK(continuation(answer(206, {{"Content-Range", "bytes 0-9/10"}}), 0, std::nullopt) ==
        Continuation::again);
}

TEST_CASE("a whole answer starts the file again") {
  CHECK(continuation(answer(200), 400, known) == Continuation::restart);
  CHECK(continuation(answer(200), 0, std::nullopt) == Continuation::restart);
}

TEST_CASE("a range beyond the end means that the file is whole, or that it is another one") {
  CHECK(continuation(answer(416, {{"Content-Range", "bytes */1000"}}), 1000, known) == Continuation::whole);
  CHECK(continuation(answer(416, {{"Content-Range", "bytes */900"}}), 1000, known) == Continuation::again);
  CHECK(continuation(answer(416), 1000, known) == Continuation::again);
  CHECK(continuation(answer(416), 0, std::nullopt) == Continuation::refused);
}

TEST_CASE("other statuses are refusals") {
  const auto status = GENERATE(204, 301, 403, 404, 500, 503);
  CHECK(continuation(answer(status), 400, known) == Continuation::refused);
}

TEST_CASE("only a strong validator lets a download be continued") {
  const auto with_etag = record_of(answer(200, {{"ETag", "\"v1\""}, {"Content-Length", "1000"}}));
  CHECK(with_etag == known);
  const auto with_date =
      record_of(answer(200, {{"ETag", "W/\"v1\""}, {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
  REQUIRE(with_date);
  CHECK(with_date->validator == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(with_date->total == 0);
  CHECK_FALSE(record_of(answer(200, {{"ETag", "W/\"v1\""}})));
  CHECK_FALSE(record_of(answer(200, {{"Content-Length", "1000"}})));
  CHECK_FALSE(record_of(answer(200, {{"ETag", "\"v1\""}, {"Content-Encoding", "gzip"}})));
}

TEST_CASE("the record survives being written down, and nothing else is taken for one") {
  CHECK(parse_partial_record(to_text(known)) == known);
  for (const auto* text : {"",
                           "\"v1\"",
                           "\"v1\"\n",
                           "\"v1\"\nmany\n",
                           "\n1000\n",
                           "\"v1\"\n1000",
                           "\"v1\"\n1000\nmore\n",
                           "\"v1\"\n-1\n"}) {
    CHECK_FALSE(parse_partial_record(text));
  }
}

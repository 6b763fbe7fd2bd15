#include <devserver/http1_answer.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::devserver;

namespace {

/// Fed in pieces of this size; the body is collected.
std::string read(Http1Answer& answer, std::string_view bytes, std::size_t size) {
  std::string body;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    REQUIRE(answer.feed(bytes.substr(at, size)));
    body += answer.take_body();
  }
  return body;
}

} // namespace

TEST_CASE("an answer is read the same in pieces of any size") {
  constexpr std::string_view chunked = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-A: "
                                       "b\r\n\r\n5;x=y\r\nfirst\r\n6\r\nsecond\r\n0\r\nT: 1\r\n\r\n";
  constexpr std::string_view sized =
      "HTTP/1.1 201 Created\r\nContent-Length: 11\r\nX-A: b\r\n\r\nfirstsecond";
  for (const auto bytes : {chunked, sized}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      const auto answer = Http1Answer::make(false);
      CHECK(read(*answer, bytes, size) == "firstsecond");
      CHECK(answer->is_done());
      CHECK(answer->status() == 201);
      CHECK(answer->fields().back() == std::pair<std::string, std::string>("X-A", "b"));
      CHECK(answer->end());
    }
  }
}

TEST_CASE("a body may end with the connection; one with a length that is not reached is not whole") {
  const auto open_end = Http1Answer::make(false);
  CHECK(read(*open_end, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n", 5) ==
        "data: 1\n\n");
  CHECK_FALSE(open_end->is_done());
  CHECK(open_end->end());
  CHECK(open_end->is_done());
  for (const std::string_view cut :
       {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfive", "HTTP/1.1 200 OK\r\nCont", ""}) {
    const auto answer = Http1Answer::make(false);
    CHECK(answer->feed(cut));
    CHECK_FALSE(answer->end());
  }
}

TEST_CASE("a piece of an answer is there as soon as it came") {
  const auto answer = Http1Answer::make(false);
  CHECK(read(*answer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 1000) == "abc");
  CHECK(answer->status() == 200);
  CHECK_FALSE(answer->is_done());
}

TEST_CASE("answers without body, and those before the last one") {
  const auto to_head = Http1Answer::make(true);
  CHECK(read(*to_head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 4).empty());
  CHECK(to_head->is_done());
  const auto not_modified = Http1Answer::make(false);
  CHECK(read(*not_modified, "HTTP/1.1 304 Not Modified\r\n\r\n", 4).empty());
  CHECK(not_modified->is_done());
  const auto interim = Http1Answer::make(false);
  CHECK(read(*interim, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 9) ==
        "hi");
  CHECK(interim->take_interim() == std::vector<int>{100});
  CHECK(interim->status() == 200);
}

TEST_CASE("a large body passes whole, nonsense does not") {
  const std::string large(1'000'000, 'x');
  const auto answer = Http1Answer::make(false);
  CHECK(read(*answer, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + large, 300'000) == large);
  CHECK_FALSE(Http1Answer::make(false)->feed("SSH-2.0-OpenSSH\r\n\r\n"));
}

#include <devserver/http2_messages.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::devserver;

namespace {

HeaderFields request(std::initializer_list<std::pair<std::string, std::string>> more) {
  HeaderFields fields{
      {":method", "GET"}, {":scheme", "https"}, {":path", "/a?b"}, {":authority", "localhost:1"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

bool is_refused(const HeaderFields& fields) {
  return !http1_head(fields, HasBody::no).has_value();
}

/// The pseudo field replaced.
HeaderFields with(const std::string& name, const std::string& value) {
  auto fields = request({});
  for (auto& field : fields) {
    if (field.first == name) {
      field.second = value;
    }
  }
  return fields;
}

} // namespace

TEST_CASE("a request of HTTP/2 becomes one of HTTP/1.1") {
  const auto head = http1_head(
      request({{"accept", "*/*"}, {"cookie", "a=1"}, {"te", "trailers"}, {"cookie", "b=2"}}), HasBody::no);
  REQUIRE(head);
  CHECK(head->bytes == "GET /a?b HTTP/1.1\r\nhost: localhost:1\r\naccept: */*\r\ncookie: a=1; b=2\r\n\r\n");
  CHECK_FALSE(head->chunked);
  CHECK_FALSE(head->to_head);
  CHECK(http1_head(with(":method", "HEAD"), HasBody::no)->to_head);
}

TEST_CASE("the authority is the host, whatever the field says") {
  const auto both = http1_head(request({{"host", "other"}}), HasBody::no);
  REQUIRE(both);
  CHECK(both->bytes.find("other") == std::string::npos);
  const HeaderFields only_host{{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "here"}};
  CHECK(http1_head(only_host, HasBody::no)->bytes == "GET / HTTP/1.1\r\nhost: here\r\n\r\n");
}

TEST_CASE("a body without a length goes in chunks, one with it as it is") {
  CHECK(http1_head(request({}), HasBody::yes)->chunked);
  CHECK(http1_head(request({}), HasBody::yes)->bytes.ends_with("transfer-encoding: chunked\r\n\r\n"));
  const auto sized = http1_head(request({{"content-length", "3"}}), HasBody::yes);
  CHECK_FALSE(sized->chunked);
  CHECK(sized->bytes.ends_with("content-length: 3\r\n\r\n"));
  CHECK(chunk_of("0123456789abcdef") == "10\r\n0123456789abcdef\r\n");
}

TEST_CASE("what HTTP/1.1 would read as something else is refused") {
  CHECK(is_refused(with(":path", "/ HTTP/1.1\r\nhost: evil")));
  CHECK(is_refused(with(":path", "/a b")));
  CHECK(is_refused(with(":path", "http://elsewhere/")));
  CHECK(is_refused(with(":path", "*")));
  CHECK(is_refused(with(":path", "")));
  CHECK(is_refused(with(":method", "GET /evil")));
  CHECK(is_refused(with(":method", "CONNECT")));
  CHECK(is_refused(with(":authority", "a\r\nx: y")));
  CHECK(is_refused(with(":authority", "a b")));
  CHECK(is_refused(request({{"x", "a\r\nevil: 1"}})));
  CHECK(is_refused(request({{"x", std::string("a\0b", 3)}})));
  CHECK(is_refused(request({{"x y", "a"}})));
  CHECK(is_refused(request({{"", "a"}})));
  CHECK(is_refused(request({{":path", "/twice"}})));
  CHECK(is_refused(request({{":protocol", "websocket"}})));
  CHECK(is_refused(request({{"host", "a"}, {"host", "b"}})));
  CHECK(is_refused(request({{"content-length", "1"}, {"content-length", "2"}})));
  CHECK(is_refused(request({{"content-length", "+1"}})));
  CHECK(is_refused({{":method", "GET"}, {":path", "/"}}));
}

TEST_CASE("of the connection nothing is said, in neither direction") {
  const auto head = http1_head(
      request({{"connection", "close"}, {"transfer-encoding", "gzip"}, {"upgrade", "x"}}), HasBody::no);
  REQUIRE(head);
  CHECK(head->bytes == "GET /a?b HTTP/1.1\r\nhost: localhost:1\r\n\r\n");
  const HeaderFields answer{{"Content-Type", "text/plain"},
                            {"Connection", "close"},
                            {"Transfer-Encoding", "chunked"},
                            {"X-A", "B"}};
  CHECK(http2_fields(answer) == HeaderFields{{"content-type", "text/plain"}, {"x-a", "B"}});
}

#include <net/websocket_frame.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::net;

namespace {

/// A server's frame: not masked.
std::string server_frame(int first_byte, std::string_view payload) {
  std::string out(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    out += static_cast<char>(126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  } else {
    out += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out += static_cast<char>((static_cast<std::uint64_t>(payload.size()) >> shift) & 0xff);
    }
  }
  return out + std::string(payload);
}

} // namespace

TEST_CASE("a client's frame is masked") {
  // The example of RFC 6455 5.7: "Hello" with the key 37 fa 21 3d.
  const std::string expected("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  CHECK(encode_frame(Opcode::text, "Hello", {0x37, 0xfa, 0x21, 0x3d}) == expected);
  CHECK(encode_frame(Opcode::text, std::string(126, 'x'), {}).substr(0, 4) ==
        std::string("\x81\xfe\x00\x7e", 4));
  CHECK(encode_frame(Opcode::binary, std::string(65536, 'x'), {}).substr(0, 10) ==
        std::string("\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST_CASE("messages come whole, however the bytes are cut") {
  const auto size = GENERATE(0, 5, 125, 126, 70'000);
  const std::string payload(static_cast<std::size_t>(size), 'p');
  const auto bytes = server_frame(0x82, payload) + server_frame(0x81, "next");
  FrameReader reader;
  std::vector<WebSocketMessage> got;
  const auto step = GENERATE(1, 7, 100'000);
  for (std::size_t i = 0; i < bytes.size(); i += static_cast<std::size_t>(step)) {
    reader.feed(std::string_view(bytes).substr(i, static_cast<std::size_t>(step)));
    for (;;) {
      const auto message = reader.next();
      REQUIRE(message);
      if (!*message) {
        break;
      }
      got.push_back(**message);
    }
  }
  REQUIRE(got.size() == 2);
  CHECK(got[0].kind == Opcode::binary);
  CHECK(got[0].payload == payload);
  CHECK(got[1].kind == Opcode::text);
  CHECK(got[1].payload == "next");
}

TEST_CASE("fragments are one message, control frames may stand between") {
  FrameReader reader;
  reader.feed(server_frame(0x01, "Hel") + server_frame(0x89, "?") + server_frame(0x80, "lo"));
  const auto ping = reader.next();
  REQUIRE((ping && *ping));
  CHECK((*ping)->kind == Opcode::ping);
  const auto whole = reader.next();
  REQUIRE((whole && *whole));
  CHECK((*whole)->kind == Opcode::text);
  CHECK((*whole)->payload == "Hello");
}

TEST_CASE("what a server must not send is refused") {
  FrameReader reader;
  SECTION("a masked frame") {
    reader.feed(encode_frame(Opcode::text, "x", {1, 2, 3, 4}));
  }
  SECTION("reserved bits") {
    reader.feed(server_frame(0xc1, "x"));
  }
  SECTION("an unknown kind") {
    reader.feed(server_frame(0x83, "x"));
  }
  SECTION("the middle of nothing") {
    reader.feed(server_frame(0x80, "x"));
  }
  SECTION("a new message inside one") {
    reader.feed(server_frame(0x01, "a") + server_frame(0x81, "b"));
  }
  SECTION("a long control frame") {
    reader.feed(server_frame(0x89, std::string(126, 'x')));
  }
  SECTION("a frame without end") {
    reader.feed(std::string("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10));
  }
  CHECK_FALSE(reader.next());
}

TEST_CASE("why a connection is closed") {
  CHECK(close_code({Opcode::close, std::string("\x03\xe8", 2)}) == 1000);
  CHECK(close_code({Opcode::close, std::string("\x03\xf3why", 5)}) == 1011);
  CHECK(close_code({Opcode::close, ""}) == 1005);
}

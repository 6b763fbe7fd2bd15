#include <devserver/websocket_frames.hpp>
#include <support/catch.hpp>

using pyw::devserver::close_frame;
using pyw::devserver::WebSocketFrames;

namespace {

std::string frame(unsigned char first, std::size_t size, bool masked = false) {
  std::string bytes(1, static_cast<char>(first));
  const unsigned char mask_bit = masked ? 0x80 : 0;
  if (size < 126) {
    bytes += static_cast<char>(mask_bit | size);
  } else if (size < 65536) {
    bytes += static_cast<char>(mask_bit | 126U);
    bytes += static_cast<char>(size >> 8U);
    bytes += static_cast<char>(size & 0xFFU);
  } else {
    bytes += static_cast<char>(mask_bit | 127U);
    for (unsigned shift = 64; shift > 0; shift -= 8) {
      bytes += static_cast<char>((std::uint64_t{size} >> (shift - 8)) & 0xFFU);
    }
  }
  bytes += std::string(masked ? 4 : 0, 'm');
  return bytes + std::string(size, '\x88'); // a payload that looks like close frames
}

} // namespace

TEST_CASE("the end of each frame is known, whatever its length and however it is cut") {
  const auto size = GENERATE(0, 1, 125, 126, 65535, 65536, 70000);
  const auto masked = GENERATE(false, true);
  const auto bytes = frame(0x82, static_cast<std::size_t>(size), masked);
  WebSocketFrames frames;
  frames.pass(std::string_view(bytes).substr(0, 1));
  CHECK_FALSE(frames.at_boundary());
  frames.pass(std::string_view(bytes).substr(1, bytes.size() - 2));
  if (bytes.size() > 2) {
    CHECK_FALSE(frames.at_boundary());
  }
  frames.pass(std::string_view(bytes).substr(bytes.size() - 1));
  CHECK(frames.at_boundary());
  CHECK_FALSE(frames.closed());
}

TEST_CASE("a close frame is noticed, also byte by byte") {
  WebSocketFrames frames;
  for (const char byte : frame(0x81, 3) + frame(0x88, 2)) {
    frames.pass(std::string_view(&byte, 1));
  }
  CHECK(frames.at_boundary());
  CHECK(frames.closed());
}

TEST_CASE("our own close frame is one") {
  const auto bytes = close_frame(1012, std::string(200, 'r'));
  CHECK(bytes.substr(0, 4) == std::string("\x88\x7d\x03\xf4", 4)); // 125 bytes, 0x3f4 = 1012
  WebSocketFrames frames;
  frames.pass(bytes);
  CHECK(frames.at_boundary());
  CHECK(frames.closed());
}

#include <devserver/websocket_frames.hpp>

#include <algorithm>

namespace pyw::devserver {

namespace {

constexpr unsigned opcode_close = 0x8;

unsigned byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

} // namespace

void WebSocketFrames::pass(std::string_view bytes) {
  while (!bytes.empty()) {
    if (m_payload_left > 0) {
      const auto part = std::min<std::uint64_t>(m_payload_left, bytes.size());
      m_payload_left -= part;
      bytes.remove_prefix(static_cast<std::size_t>(part));
      continue;
    }
    m_header += bytes.front();
    bytes.remove_prefix(1);
    if (m_header.size() >= 2 && m_header.size() == header_size()) {
      begin_payload();
    }
  }
}

/// 2 bytes, 2 or 8 more for a long payload, 4 for a mask.
std::size_t WebSocketFrames::header_size() const {
  const auto second = byte_at(m_header, 1);
  const auto length = second & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80U) != 0 ? 4 : 0);
}

void WebSocketFrames::begin_payload() {
  const auto length = byte_at(m_header, 1) & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  m_payload_left = extended == 0 ? length : 0;
  for (std::size_t index = 0; index < extended; ++index) {
    m_payload_left = (m_payload_left << 8U) | byte_at(m_header, 2 + index);
  }
  m_closed = m_closed || (byte_at(m_header, 0) & 0x0FU) == opcode_close;
  m_header.clear();
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  constexpr std::size_t longest = 123; // control frames hold at most 125 bytes (5.5)
  reason = reason.substr(0, longest);
  std::string frame;
  frame += static_cast<char>(0x80U | opcode_close);
  frame += static_cast<char>(reason.size() + 2);
  frame += static_cast<char>(code >> 8U);
  frame += static_cast<char>(code & 0xFFU);
  frame += reason;
  return frame;
}

} // namespace pyw::devserver

// Frames of the WebSocket protocol (RFC 6455 5) as a client sends and receives them. Pure.
#pragma once

#include <base/result.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::net {

/// Numbers of RFC 6455 11.8.
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct WebSocketMessage {
  Opcode kind = Opcode::text; ///< text, binary, or a control frame
  std::string payload;        ///< of a close frame: the code, two bytes, and the reason
};

using MaskingKey = std::array<std::uint8_t, 4>;

/// One whole, masked frame: what a client must send (5.3). The payload of a control frame may have at most
/// 125 bytes.
[[nodiscard]] std::string encode_frame(Opcode opcode, std::string_view payload, const MaskingKey& key);

/// Puts messages together from what a server sends.
class FrameReader {
public:
  void feed(std::string_view bytes);

  /// The next whole message, control frames included; nullopt: more bytes are needed. Fails on what a server
  /// must not send: a masked frame, reserved bits, fragments out of order, a message over `largest_message`.
  [[nodiscard]] Result<std::optional<WebSocketMessage>> next();

  /// Events are some KiB; what is far larger is no event.
  static constexpr std::uint64_t largest_message = 64ULL * 1024 * 1024;

private:
  std::string m_bytes;
  std::optional<WebSocketMessage> m_fragments; ///< of a message whose last frame has not come
};

/// The status of a close frame; 1005 when it has none (RFC 6455 7.1.5).
[[nodiscard]] int close_code(const WebSocketMessage& message);

} // namespace pyw::net

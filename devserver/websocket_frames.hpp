// Follows the frames of one direction of a WebSocket (RFC 6455, 5.2), to know where a frame of our own may
// stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyw::devserver {

class WebSocketFrames {
public:
  /// Takes the next bytes of the direction.
  void pass(std::string_view bytes);

  /// Whether all frames seen so far are complete: the next byte begins a frame.
  [[nodiscard]] bool at_boundary() const { return m_header.empty() && m_payload_left == 0; }

  /// Whether a close frame has gone by: nothing may follow it.
  [[nodiscard]] bool closed() const { return m_closed; }

private:
  [[nodiscard]] std::size_t header_size() const;
  void begin_payload();

  std::string m_header; ///< of the frame that has begun, as far as it is known
  std::uint64_t m_payload_left = 0;
  bool m_closed = false;
};

/// A close frame as a server sends it (not masked). 1012: the service restarts (IANA's registry of close
/// codes).
[[nodiscard]] std::string close_frame(std::uint16_t code, std::string_view reason);

inline constexpr std::uint16_t close_service_restart = 1012;

} // namespace pyw::devserver

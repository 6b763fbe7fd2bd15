#include <net/websocket_frame.hpp>

#include <fmt/core.h>

namespace pyw::net {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_in_2_bytes = 126;
constexpr std::uint8_t length_in_8_bytes = 127;
constexpr std::uint64_t longest_in_2_bytes = 0xffff;
constexpr int no_status = 1005;

bool is_control(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = (value << 8) | static_cast<std::uint8_t>(byte);
  }
  return value;
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xff);
  }
}

Error broken(std::string_view why) {
  return user_error(fmt::format("the server broke the WebSocket protocol: {}", why));
}

struct Head {
  bool is_final = true;
  Opcode opcode = Opcode::text;
  std::uint64_t payload = 0;
  std::size_t size = 2; ///< of the head itself
};

/// nullopt: it has not all come.
Result<std::optional<Head>> read_head(std::string_view bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if ((first & reserved_bits) != 0 || !is_known(first & 0x0f)) {
    return failure(broken("a frame of an unknown kind"));
  }
  if ((second & mask_bit) != 0) {
    return failure(broken("a masked frame"));
  }
  Head head;
  head.is_final = (first & final_bit) != 0;
  head.opcode = static_cast<Opcode>(first & 0x0f);
  head.payload = second;
  const std::size_t more = second == length_in_2_bytes ? 2 : second == length_in_8_bytes ? 8 : 0;
  if (bytes.size() < 2 + more) {
    return std::nullopt;
  }
  if (more > 0) {
    head.payload = big_endian(bytes.substr(2, more));
  }
  head.size += more;
  if (is_control(head.opcode) && (more > 0 || !head.is_final)) {
    return failure(broken("a control frame in parts"));
  }
  if (head.payload > FrameReader::largest_message) {
    return failure(broken(fmt::format("a frame of {} bytes", head.payload)));
  }
  return head;
}

} // namespace

std::string encode_frame(Opcode opcode, std::string_view payload, const MaskingKey& key) {
  std::string out;
  out += static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode));
  if (payload.size() < length_in_2_bytes) {
    out += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= longest_in_2_bytes) {
    out += static_cast<char>(mask_bit | length_in_2_bytes);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(mask_bit | length_in_8_bytes);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(reinterpret_cast<const char*>(key.data()), key.size()); // NOLINT: bytes as they are
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ key.at(i % key.size()));
  }
  return out;
}

void FrameReader::feed(std::string_view bytes) {
  m_bytes += bytes;
}

Result<std::optional<WebSocketMessage>> FrameReader::next() {
  for (;;) {
    PYW_TRY_ASSIGN(const auto head, read_head(m_bytes));
    if (!head || m_bytes.size() < head->size + head->payload) {
      return std::nullopt;
    }
    auto payload = m_bytes.substr(head->size, head->payload);
    m_bytes.erase(0, head->size + head->payload);
    if (is_control(head->opcode)) { // may stand between the parts of a message (5.4)
      return WebSocketMessage{head->opcode, std::move(payload)};
    }
    if ((head->opcode == Opcode::continuation) != m_fragments.has_value()) {
      return failure(broken("fragments out of order"));
    }
    if (!m_fragments) {
      m_fragments = WebSocketMessage{head->opcode, {}};
    }
    m_fragments->payload += payload;
    if (m_fragments->payload.size() > largest_message) {
      return failure(broken("a message without an end"));
    }
    if (head->is_final) {
      auto message = std::move(*m_fragments);
      m_fragments.reset();
      return message;
    }
  }
}

int close_code(const WebSocketMessage& message) {
  return message.payload.size() < 2 ? no_status : static_cast<int>(big_endian(message.payload.substr(0, 2)));
}

} // namespace pyw::net

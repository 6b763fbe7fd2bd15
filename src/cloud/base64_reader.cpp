#include <base/hash.hpp>
#include <cloud/base64_reader.hpp>

namespace pyw::cloud {

namespace {

constexpr std::size_t encoded_piece_bytes =
    3 * 16 * 1024; // whole groups of three: only the last piece is padded

} // namespace

Result<void> Base64Reader::refill() {
  std::string bytes(encoded_piece_bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    PYW_TRY_ASSIGN(const auto count, m_source->read(bytes.data() + filled, bytes.size() - filled));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  m_text = to_base64({bytes.data(), filled});
  m_position = 0;
  return {};
}

Result<std::size_t> Base64Reader::read(char* buffer, std::size_t size) {
  if (m_position == m_text.size()) {
    PYW_TRY(refill());
  }
  const auto count = m_text.copy(buffer, size, m_position);
  m_position += count;
  return count;
}

} // namespace pyw::cloud

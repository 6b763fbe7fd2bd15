// Archives as an attacker would make them: what no well-behaved writer writes.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>

namespace pyw::test {

/// A ustar archive (POSIX.1-1988), entry by entry. Type '0' is a file, '1' a hard link, '2' a symbolic one,
/// '5' a folder.
class TarBuilder {
public:
  TarBuilder&
  add(const std::string& path, const std::string& content, char type = '0', const std::string& target = "") {
    std::string header(512, '\0');
    header.replace(0, path.size(), path);
    header.replace(100, 8, "0000644\0", 8);
    header.replace(108, 8, "0000000\0", 8);
    header.replace(116, 8, "0000000\0", 8);
    header.replace(124, 12, fmt::format("{:011o}", content.size()) + '\0');
    header.replace(136, 12, "00000000000\0", 12);
    header.replace(148, 8, 8, ' ');
    header[156] = type;
    header.replace(157, target.size(), target);
    header.replace(257, 8, "ustar\00000", 8);
    unsigned sum = 0;
    for (const char byte : header) {
      sum += static_cast<unsigned char>(byte);
    }
    header.replace(148, 8, fmt::format("{:06o}", sum) + '\0' + ' ');
    m_bytes += header + content + std::string((512 - content.size() % 512) % 512, '\0');
    return *this;
  }

  [[nodiscard]] std::string bytes() const { return m_bytes + std::string(1024, '\0'); }

private:
  std::string m_bytes;
};

/// A zip with one stored file, as wheels have them (APPNOTE 4.3), without a central directory: a stream
/// reader does not get that far.
inline std::string stored_zip(const std::string& path, const std::string& content) {
  const auto number = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
      text += static_cast<char>((value >> (8 * i)) & 0xFFU);
    }
    return text;
  };
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : content) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  const auto size = number(static_cast<std::uint32_t>(content.size()), 4);
  const auto fields = number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(~crc, 4) + size +
                      size + number(static_cast<std::uint32_t>(path.size()), 2) + number(0, 2);
  const auto local = "PK\x03\x04" + fields + path + content;
  const auto central = "PK\x01\x02" + number(20, 2) + fields + number(0, 2) + number(0, 2) + number(0, 2) +
                       number(0, 4) + number(0, 4) + path;
  const auto end = "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) +
                   number(static_cast<std::uint32_t>(central.size()), 4) +
                   number(static_cast<std::uint32_t>(local.size()), 4) + number(0, 2);
  return local + central + end;
}

} // namespace pyw::test

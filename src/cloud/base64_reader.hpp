// A file read as base64 text (RFC 4648, with padding), piece by piece.
#pragma once

#include <base/filesystem.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace pyw::cloud {

[[nodiscard]] constexpr std::uint64_t base64_size(std::uint64_t bytes) {
  return (bytes + 2) / 3 * 4;
}

class Base64Reader final : public FileReader {
public:
  explicit Base64Reader(std::unique_ptr<FileReader> source) : m_source(std::move(source)) {}

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override;

private:
  [[nodiscard]] Result<void> refill();

  std::unique_ptr<FileReader> m_source;
  std::string m_text;
  std::size_t m_position = 0;
};

} // namespace pyw::cloud

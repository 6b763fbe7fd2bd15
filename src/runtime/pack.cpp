#include <runtime/pack.hpp>

#include <libdeflate.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

namespace pyw::runtime {

namespace {

constexpr std::string_view mark = "PYWPACK1";
constexpr std::size_t head_size = 12; // the mark and the size of the index

/// Puts a pack together, file by file.
class PackBuilder {
public:
  /// `bytes` as they shall lie there; `size` is that of the file where they are compressed.
  void add(const std::string& path, std::string_view bytes, std::optional<std::size_t> size = std::nullopt) {
    auto entry = nlohmann::json::array({path, m_bytes.size(), size.value_or(bytes.size())});
    if (size) {
      entry.push_back(bytes.size());
    }
    m_index.push_back(std::move(entry));
    m_bytes += bytes;
  }

  [[nodiscard]] bool is_empty() const { return m_index.empty(); }

  [[nodiscard]] std::string finish() const {
    // A path that is no UTF-8 is shown with replacement signs; Python could not import it anyway.
    const auto index = m_index.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::string pack(mark);
    pack.reserve(head_size + index.size() + m_bytes.size());
    for (unsigned shift = 0; shift < 32; shift += 8) {
      pack += static_cast<char>((index.size() >> shift) & 0xff);
    }
    pack += index;
    pack += m_bytes;
    return pack;
  }

private:
  nlohmann::json m_index = nlohmann::json::array();
  std::string m_bytes;
};

class Deflater {
public:
  /// nullopt when it would not save an eighth.
  std::optional<std::string_view> deflate(std::string_view bytes) {
    m_out.resize(bytes.size() - bytes.size() / 8);
    const auto size = m_compressor
                          ? libdeflate_deflate_compress(
                                m_compressor.get(), bytes.data(), bytes.size(), m_out.data(), m_out.size())
                          : 0;
    return size == 0 ? std::nullopt : std::optional(std::string_view(m_out).substr(0, size));
  }

private:
  static constexpr int level = 6; // zlib's own
  std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> m_compressor{
      libdeflate_alloc_compressor(level), &libdeflate_free_compressor};
  std::string m_out;
};

struct PackedFile {
  std::string path;
  std::string_view content;
};

/// Of a pack in which no file is compressed.
Result<std::vector<PackedFile>> files_in(std::string_view pack) {
  const auto damaged = failure(internal_error("a pack of Python files is damaged"));
  if (!pack.starts_with(mark) || pack.size() < head_size) {
    return damaged;
  }
  std::size_t index_size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    index_size |= static_cast<std::size_t>(static_cast<unsigned char>(pack[mark.size() + i])) << (8 * i);
  }
  if (index_size > pack.size() - head_size) {
    return damaged;
  }
  const auto index = nlohmann::json::parse(pack.substr(head_size, index_size), nullptr, false);
  const auto bytes = pack.substr(head_size + index_size);
  std::vector<PackedFile> files;
  for (const auto& entry : index) {
    if (!entry.is_array() || entry.size() != 3 || !entry[0].is_string() || !entry[1].is_number_unsigned() ||
        !entry[2].is_number_unsigned()) {
      return damaged;
    }
    const auto offset = entry[1].get<std::size_t>();
    const auto size = entry[2].get<std::size_t>();
    if (offset > bytes.size() || size > bytes.size() - offset) {
      return damaged;
    }
    files.push_back({entry[0].get<std::string>(), bytes.substr(offset, size)});
  }
  if (!index.is_array()) {
    return damaged;
  }
  return files;
}

bool is_webassembly(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with("\0asm"sv);
}

} // namespace

std::string make_pack(const std::vector<PackFile>& files) {
  PackBuilder pack;
  for (const auto& file : files) {
    pack.add(file.path, file.content);
  }
  return pack.finish();
}

Result<std::string> make_pack(const std::vector<PackSource>& sources, const ReadOnlyFileSystem& files) {
  PackBuilder pack;
  for (const auto& source : sources) {
    PYW_TRY_ASSIGN(const auto content, files.read(source.file));
    pack.add(source.path, content);
  }
  return pack.finish();
}

Result<std::string> compress_pack(std::string_view pack) {
  PYW_TRY_ASSIGN(const auto files, files_in(pack));
  PackBuilder compressed;
  Deflater deflater;
  for (const auto& [path, content] : files) {
    if (const auto smaller = deflater.deflate(content)) {
      compressed.add(path, *smaller, content.size());
    } else {
      compressed.add(path, content);
    }
  }
  return compressed.finish();
}

Result<std::optional<std::string>> pick_libraries(std::string_view pack) {
  PYW_TRY_ASSIGN(const auto files, files_in(pack));
  PackBuilder picked;
  for (const auto& [path, content] : files) {
    if (is_webassembly(content)) {
      picked.add(path, content);
    }
  }
  return picked.is_empty() ? std::nullopt : std::optional(picked.finish());
}

} // namespace pyw::runtime

#include <base/fingerprint.hpp>
#include <base/hash.hpp>
#include <snapshot/description.hpp>
#include <snapshot/file.hpp>

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>

namespace pyw::snapshot {

namespace {

constexpr std::string_view magic = "PYWSNAP5";
constexpr std::string_view magic_of_all_versions = "PYWSNAP";
constexpr std::size_t header_size = 64;
constexpr std::size_t piece_size = 256 * 1024;
constexpr std::size_t digest_at = 16;
constexpr std::size_t key_at = 32;
constexpr std::size_t key_size = 32;
constexpr std::uint32_t zstd_magic = 0xFD2FB528; // RFC 8878, 3.1.1

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

/// Begun: over all of the file but itself. It finds damage, not forgery: whoever can write to the cache can
/// as well replace workerd.
Fingerprint digest_of(std::string_view header) {
  Fingerprint digest;
  digest.add(header.substr(0, digest_at));
  digest.add(header.substr(key_at));
  return digest;
}

Error damaged(const std::string& what) {
  return user_error("this is no usable snapshot: " + what, {"make it anew with `pyw snapshot build`"});
}

Result<void> check_header(std::string_view header) {
  if (header.size() < header_size || !header.starts_with(magic_of_all_versions)) {
    return failure(damaged("it does not begin as one"));
  }
  if (!header.starts_with(magic)) {
    return failure(damaged("another version of pyw made it"));
  }
  return {};
}

Result<void> check_size(std::string_view header, std::uint64_t size) {
  const std::uint64_t description = u32_at(header, 8);
  const std::uint64_t pages = u32_at(header, 12);
  if ((header_size + description) % page_size != 0 || header_size + description + pages * page_size != size) {
    return failure(damaged("its size is not what it says"));
  }
  return {};
}

class TextReader final : public FileReader {
public:
  explicit TextReader(std::string_view text) : m_rest(text) {}

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = m_rest.copy(buffer, size);
    m_rest.remove_prefix(count);
    return count;
  }

private:
  std::string_view m_rest;
};

/// Appends what comes until there are `wanted` bytes or the end. Grows with what is there, so that a header's
/// word about sizes is not trusted with memory.
Result<void> read_up_to(std::uint64_t wanted, std::string& bytes, FileReader& reader) {
  while (bytes.size() < wanted) {
    const auto before = bytes.size();
    bytes.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(wanted - before, piece_size)));
    const auto count = reader.read(bytes.data() + before, bytes.size() - before);
    bytes.resize(before + count.value_or(0));
    PYW_TRY(count);
    if (*count == 0) {
      break;
    }
  }
  return {};
}

} // namespace

std::string_view to_text(Layer layer) {
  switch (layer) {
  case Layer::base:
    return "base";
  case Layer::packages:
    return "packages";
  case Layer::dedicated:
    break;
  }
  return "dedicated";
}

Result<std::string> read_key(FileReader& reader) {
  std::string header;
  PYW_TRY(read_up_to(header_size, header, reader));
  PYW_TRY(check_header(header));
  return to_hex(std::string_view(header).substr(key_at, key_size));
}

Result<Snapshot> read_snapshot(FileReader& reader) {
  std::string header;
  PYW_TRY(read_up_to(header_size, header, reader));
  PYW_TRY(check_header(header));
  std::string description;
  PYW_TRY(read_up_to(u32_at(header, 8), description, reader));
  auto digest = digest_of(header);
  digest.add(description);
  std::uint64_t size = header.size() + description.size();
  // Piece by piece through one buffer: a snapshot read whole costs more in page faults than in hashing.
  for (std::string piece;;) {
    piece.clear();
    PYW_TRY(read_up_to(piece_size, piece, reader));
    if (piece.empty()) {
      break;
    }
    digest.add(piece);
    size += piece.size();
  }
  PYW_TRY(check_size(header, size));
  if (header.substr(digest_at, key_at - digest_at) != digest.value()) {
    return failure(damaged("its digest is not that of its content"));
  }
  auto described = read_description(description);
  if (!described) {
    return failure(damaged(std::string(described.error().message())));
  }
  auto& snapshot = *described;
  if (snapshot.pages != u32_at(header, 12)) {
    return failure(damaged("its pages are not as many as described"));
  }
  snapshot.size = size;
  snapshot.key = to_hex(std::string_view(header).substr(key_at, key_size));
  return snapshot;
}

Result<Snapshot> read_snapshot(std::string_view bytes) {
  TextReader reader(bytes);
  return read_snapshot(reader);
}

Result<std::string> seal(std::string bytes, std::string_view key) {
  PYW_TRY(check_header(std::string_view(bytes).substr(0, header_size)));
  PYW_TRY(check_size(bytes, bytes.size()));
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < key_size; ++i) {
    bytes[key_at + i] = static_cast<char>(digit(key.at(2 * i)) * 16 + digit(key.at(2 * i + 1)));
  }
  auto digest = digest_of(std::string_view(bytes).substr(0, header_size));
  digest.add(std::string_view(bytes).substr(header_size));
  bytes.replace(digest_at, key_at - digest_at, digest.value());
  return bytes;
}

Result<std::string> pack_for_transport(std::string_view bytes) {
  constexpr int level = 3;
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const auto size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), level);
  if (ZSTD_isError(size) != 0) {
    return failure(internal_error(fmt::format("cannot compress: {}", ZSTD_getErrorName(size))));
  }
  packed.resize(size);
  return packed;
}

bool is_packed(std::string_view bytes) {
  return bytes.size() >= 4 && u32_at(bytes, 0) == zstd_magic;
}

Result<std::string> unpack_from_transport(std::string_view bytes) {
  constexpr unsigned long long most = 1ULL << 32;
  constexpr std::size_t piece = 1U << 20;
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (!is_packed(bytes) || size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
      size > most) {
    return failure(damaged("it is not packed as one"));
  }
  // Piece by piece: the frame's word about its size is not trusted with memory.
  std::string unpacked;
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  while (left != 0 && ZSTD_isError(left) == 0 && unpacked.size() <= size) {
    const auto before = unpacked.size();
    unpacked.resize(before + piece);
    ZSTD_outBuffer output{unpacked.data() + before, piece, 0};
    left = ZSTD_decompressStream(stream, &output, &input);
    unpacked.resize(before + output.pos);
    if (output.pos == 0 && input.pos == input.size && left != 0) {
      break;
    }
  }
  ZSTD_freeDStream(stream);
  if (left != 0 || unpacked.size() != size || input.pos != input.size) {
    return failure(damaged("it is cut short or damaged"));
  }
  return unpacked;
}

} // namespace pyw::snapshot

#include <base/hash.hpp>
#include <snapshot/description.hpp>
#include <snapshot/file.hpp>

#define XXH_INLINE_ALL
#include <fmt/core.h>
#include <xxhash.h>
#include <zstd.h>

#include <array>

namespace pyw::snapshot {

namespace {

constexpr std::string_view magic = "PYWSNAP2";
constexpr std::string_view magic_of_all_versions = "PYWSNAP";
constexpr std::size_t header_size = 64;
constexpr std::size_t page_size = 4096;
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

/// Over all of the file but itself: XXH3, 128 bits, canonical. It finds damage, not forgery: whoever can
/// write to the cache can as well replace workerd.
std::string digest_of(std::string_view bytes) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, bytes.data(), digest_at);
  XXH3_128bits_update(&state, bytes.data() + key_at, bytes.size() - key_at);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  std::string digest;
  for (const auto byte : canonical.digest) {
    digest += static_cast<char>(byte);
  }
  return digest;
}

Error damaged(const std::string& what) {
  return user_error("this is no usable snapshot: " + what, {"make it anew with `pyw snapshot build`"});
}

Result<std::size_t> check_sizes(std::string_view bytes) {
  if (bytes.size() < header_size || !bytes.starts_with(magic_of_all_versions)) {
    return failure(damaged("it does not begin as one"));
  }
  if (!bytes.starts_with(magic)) {
    return failure(damaged("another version of pyw made it"));
  }
  const std::uint64_t description = u32_at(bytes, 8);
  const std::uint64_t pages = u32_at(bytes, 12);
  if ((header_size + description) % page_size != 0 ||
      header_size + description + pages * page_size != bytes.size()) {
    return failure(damaged("its size is not what it says"));
  }
  return static_cast<std::size_t>(description);
}

} // namespace

std::string_view to_text(Layer layer) {
  return layer == Layer::packages ? "packages" : "dedicated";
}

Result<Snapshot> read_snapshot(std::string_view bytes) {
  PYW_TRY_ASSIGN(const auto description_size, check_sizes(bytes));
  if (bytes.substr(digest_at, key_at - digest_at) != digest_of(bytes)) {
    return failure(damaged("its digest is not that of its content"));
  }
  auto described = read_description(bytes.substr(header_size, description_size));
  if (!described) {
    return failure(damaged(std::string(described.error().message())));
  }
  auto& snapshot = *described;
  if (snapshot.pages != u32_at(bytes, 12)) {
    return failure(damaged("its pages are not as many as described"));
  }
  snapshot.size = bytes.size();
  snapshot.key = to_hex(bytes.substr(key_at, key_size));
  return snapshot;
}

Result<std::string> seal(std::string bytes, std::string_view key) {
  PYW_TRY(check_sizes(bytes));
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < key_size; ++i) {
    bytes[key_at + i] = static_cast<char>(digit(key.at(2 * i)) * 16 + digit(key.at(2 * i + 1)));
  }
  bytes.replace(digest_at, key_at - digest_at, digest_of(bytes));
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

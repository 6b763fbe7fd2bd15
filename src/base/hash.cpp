#include <base/hash.hpp>
#include <base/unique_fd.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pyw {

struct Hasher::Implementation {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  ~Implementation() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(HashKind kind) : m_implementation(std::make_unique<Implementation>()) {
  const auto* algorithm = kind == HashKind::sha256   ? EVP_sha256()
                          : kind == HashKind::sha512 ? EVP_sha512()
                          : kind == HashKind::sha1   ? EVP_sha1()
                                                     : EVP_md5();
  EVP_DigestInit_ex(m_implementation->context, algorithm, nullptr);
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) {
  EVP_DigestUpdate(m_implementation->context, bytes.data(), bytes.size());
}

std::string Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(m_implementation->context, digest.data(), &size);
  std::string bytes;
  for (unsigned i = 0; i < size; ++i) {
    bytes += static_cast<char>(digest[i]);
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  return text;
}

std::string to_base64(std::string_view bytes) {
  std::basic_string<unsigned char> in(bytes.begin(), bytes.end());
  std::basic_string<unsigned char> out(4 * ((bytes.size() + 2) / 3) + 1, 0);
  const auto size = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
  return {out.begin(), out.begin() + size};
}

std::string sha256_hex(std::string_view bytes) {
  Hasher hasher(HashKind::sha256);
  hasher.update(bytes);
  return to_hex(hasher.finish());
}

Result<std::string> hash_file(const Path& path, HashKind kind) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return failure(system_error(fmt::format("cannot read `{}`", path.string()), errno));
  }
  Hasher hasher(kind);
  std::string buffer(1 << 18, '\0');
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return failure(system_error(fmt::format("cannot read `{}`", path.string()), errno));
    }
    if (got == 0) {
      return to_hex(hasher.finish());
    }
    hasher.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  }
}

} // namespace pyw

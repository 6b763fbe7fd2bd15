// Digests, by OpenSSL.
#pragma once

#include <base/filesystem.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pyw {

enum class HashKind { sha256, sha512, md5, sha1 };

/// Fed piece by piece.
class Hasher {
public:
  explicit Hasher(HashKind kind);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::string_view bytes);
  /// The raw digest; the hasher cannot be used afterwards.
  [[nodiscard]] std::string finish();

private:
  struct Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::string_view bytes);
/// RFC 4648 base64 with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The hexadecimal digest of a file, read in pieces.
[[nodiscard]] Result<std::string> hash_file(const Path& path, HashKind kind);

} // namespace pyw

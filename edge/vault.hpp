// Secrets at rest: AES-256-GCM with the key of a file beside the data.
#pragma once

#include <base/filesystem.hpp>
#include <base/secret.hpp>

#include <string>
#include <string_view>

namespace pyw::edge {

class Vault {
public:
  /// Reads the key file, 64 hexadecimal digits; makes it with mode 0600 when there is none. Fails when it
  /// holds anything else, or others may read it.
  [[nodiscard]] static Result<Vault> open(const Path& key_file, FileSystem& files);

  /// Base64 of nonce (12 random bytes), ciphertext and tag (16). `name` is bound to it: what was sealed for
  /// one place cannot be put in another.
  [[nodiscard]] Result<std::string> seal(const Secret& value, std::string_view name) const;

  /// Fails when it was sealed with another key or for another name, or was changed.
  [[nodiscard]] Result<Secret> unseal(std::string_view sealed, std::string_view name) const;

private:
  explicit Vault(Secret key) : m_key(std::move(key)) {}

  Secret m_key; ///< 32 bytes
};

/// `count` random bytes, by OpenSSL. Fails when the system has none.
[[nodiscard]] Result<std::string> random_bytes(std::size_t count);

} // namespace pyw::edge

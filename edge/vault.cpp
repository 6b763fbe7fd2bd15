#include <base/hash.hpp>
#include <base/text.hpp>
#include <edge/vault.hpp>

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

namespace pyw::edge {

namespace {

constexpr std::size_t key_size = 32;   // AES-256
constexpr std::size_t nonce_size = 12; // NIST SP 800-38D, 8.2: 96 bits
constexpr std::size_t tag_size = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Error broken() {
  return internal_error("a secret cannot be read: it was sealed with another key, or was changed",
                        {"is the key file the one that belongs to this data?"});
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    if (digit(text[i]) < 0 || digit(text[i + 1]) < 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return text.size() % 2 == 0 ? std::optional(out) : std::nullopt;
}

std::string from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  const auto count = EVP_DecodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()));
  const auto padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(count < padding ? 0 : static_cast<std::size_t>(count - padding));
  return out;
}

} // namespace

Result<std::string> random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(bytes(out), static_cast<int>(count)) != 1) {
    return failure(internal_error("the system gives no random bytes"));
  }
  return out;
}

Result<Vault> Vault::open(const Path& key_file, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto status, files.status(key_file));
  if (!status) {
    PYW_TRY_ASSIGN(const auto fresh, random_bytes(key_size));
    PYW_TRY(files.write(key_file, to_hex(fresh) + "\n", 0600));
    return Vault(Secret(fresh));
  }
  if ((status->mode & 077U) != 0) {
    return failure(user_error(fmt::format("others may read the key file `{}`", key_file.string()),
                              {fmt::format("run `chmod 600 {}`", key_file.string())}));
  }
  PYW_TRY_ASSIGN(const auto text, files.read(key_file));
  auto key = from_hex(trim(text));
  if (!key || key->size() != key_size) {
    return failure(user_error(fmt::format("`{}` is no key file: 64 hexadecimal digits", key_file.string())));
  }
  return Vault(Secret(std::move(*key)));
}

Result<std::string> Vault::seal(const Secret& value, std::string_view name) const {
  PYW_TRY_ASSIGN(auto sealed, random_bytes(nonce_size));
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const auto& plain = value.reveal();
  std::string text(plain.size(), '\0');
  std::string tag(tag_size, '\0');
  int length = 0;
  const bool done =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(m_key.reveal()), bytes(sealed)) ==
          1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes(text), &length, bytes(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes(text) + length, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag.data()) == 1;
  if (!done) {
    return failure(internal_error("a secret cannot be encrypted"));
  }
  return to_base64(sealed + text + tag);
}

Result<Secret> Vault::unseal(std::string_view sealed, std::string_view name) const {
  const auto raw = from_base64(sealed);
  if (raw.size() < nonce_size + tag_size) {
    return failure(broken());
  }
  const auto nonce = raw.substr(0, nonce_size);
  const auto text = raw.substr(nonce_size, raw.size() - nonce_size - tag_size);
  auto tag = raw.substr(raw.size() - tag_size);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string plain(text.size(), '\0');
  int length = 0;
  const bool done =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(m_key.reveal()), bytes(nonce)) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(plain), &length, bytes(text), static_cast<int>(text.size())) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(plain) + length, &length) == 1;
  if (!done) {
    return failure(broken());
  }
  return Secret(std::move(plain));
}

} // namespace pyw::edge

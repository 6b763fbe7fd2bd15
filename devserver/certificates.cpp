#include <devserver/certificates.hpp>

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>

namespace pyw::devserver {

namespace {

using std::chrono::hours;
using std::chrono::system_clock;

constexpr auto day = hours(24);
constexpr auto authority_life = 3650 * day;
/// Apple's systems take at most 825 days from an authority that the user added.
constexpr auto server_life = 397 * day;
constexpr auto renew_before = 30 * day;
/// Clocks in containers and of other machines may be behind.
constexpr auto backdated = day;

template <auto Free>
struct Freed {
  template <typename Type>
  void operator()(Type* object) const {
    Free(object);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

struct Identity {
  Certificate certificate;
  Key key;
};

Error openssl_error(const char* what) {
  std::array<char, 256> text{};
  ::ERR_error_string_n(::ERR_get_error(), text.data(), text.size());
  return internal_error(fmt::format("{}: {}", what, text.data()));
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

Memory reading(const std::string& text) {
  return Memory(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string to_pem(X509* certificate) {
  const Memory memory(::BIO_new(::BIO_s_mem()));
  ::PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Memory memory(::BIO_new(::BIO_s_mem()));
  ::PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(::PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
}

Key read_key(const std::string& pem) {
  return Key(::PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, nullptr, nullptr));
}

bool extend(X509* certificate, X509* issuer, int what, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(::X509V3_EXT_conf_nid(nullptr, &context, what, value));
  return extension && ::X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// A key and a certificate for it that is not signed yet, with what both kinds have.
Result<Identity> make_identity(const std::string& name, system_clock::time_point now, hours life) {
  Identity made{Certificate(::X509_new()), Key(::EVP_EC_gen("P-256"))};
  std::array<unsigned char, 16> serial{};
  if (!made.certificate || !made.key || ::RAND_bytes(serial.data(), serial.size()) != 1) {
    return failure(openssl_error("cannot make a key"));
  }
  serial[0] &= 0x7FU; // positive (RFC 5280, 4.1.2.2)
  auto* const certificate = made.certificate.get();
  ::X509_set_version(certificate, X509_VERSION_3);
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
      ::BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  ::BN_to_ASN1_INTEGER(number.get(), ::X509_get_serialNumber(certificate));
  ::ASN1_TIME_set(::X509_getm_notBefore(certificate), system_clock::to_time_t(now - backdated));
  ::ASN1_TIME_set(::X509_getm_notAfter(certificate), system_clock::to_time_t(now + life));
  ::X509_set_pubkey(certificate, made.key.get());
  const auto* const text = static_cast<const unsigned char*>(static_cast<const void*>(name.c_str()));
  ::X509_NAME_add_entry_by_txt(
      ::X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, text, static_cast<int>(name.size()), -1, 0);
  return made;
}

Result<Identity> make_authority(system_clock::time_point now) {
  PYW_TRY_ASSIGN(auto made, make_identity("pyw dev, this machine only", now, authority_life));
  auto* const certificate = made.certificate.get();
  ::X509_set_issuer_name(certificate, ::X509_get_subject_name(certificate));
  const bool whole =
      extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      extend(certificate, certificate, NID_subject_key_identifier, "hash") &&
      extend(
          certificate,
          certificate,
          NID_name_constraints,
          "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:10.0.0.0/255.0.0.0,"
          "permitted;IP:172.16.0.0/255.240.0.0,permitted;IP:192.168.0.0/255.255.0.0,"
          "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  if (!whole || ::X509_sign(certificate, made.key.get(), ::EVP_sha256()) == 0) {
    return failure(openssl_error("cannot make the certificate authority"));
  }
  return made;
}

Result<Identity> make_server(const Identity& authority, system_clock::time_point now) {
  PYW_TRY_ASSIGN(auto made, make_identity("localhost", now, server_life));
  auto* const certificate = made.certificate.get();
  auto* const issuer = authority.certificate.get();
  ::X509_set_issuer_name(certificate, ::X509_get_subject_name(issuer));
  const bool whole =
      extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
      extend(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
      extend(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
      extend(certificate, issuer, NID_authority_key_identifier, "keyid") &&
      extend(certificate, issuer, NID_subject_alt_name, "DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1");
  if (!whole || ::X509_sign(certificate, authority.key.get(), ::EVP_sha256()) == 0) {
    return failure(openssl_error("cannot make the server's certificate"));
  }
  return made;
}

/// What the two files hold; empty when one is absent or damaged.
Result<Identity> read_identity(const Path& certificate, const Path& key, const FileSystem& files) {
  PYW_TRY_ASSIGN(const auto certificate_text, files.read_if_exists(certificate));
  PYW_TRY_ASSIGN(const auto key_text, files.read_if_exists(key));
  Identity found;
  if (certificate_text && key_text) {
    found = {read_certificate(*certificate_text), read_key(*key_text)};
  }
  if (!found.certificate || !found.key ||
      ::X509_check_private_key(found.certificate.get(), found.key.get()) != 1) {
    ::ERR_clear_error();
    return Identity{};
  }
  return found;
}

bool lasts(const X509* certificate, system_clock::time_point until) {
  auto seconds = system_clock::to_time_t(until);
  return ::X509_cmp_time(::X509_get0_notAfter(certificate), &seconds) > 0;
}

} // namespace

CertificateFiles certificate_files(const Path& config_directory) {
  const auto folder = config_directory / "certificates";
  return {folder / "ca.pem", folder / "ca-key.pem", folder / "server.pem", folder / "server-key.pem"};
}

Result<void>
ensure_certificates(const CertificateFiles& paths, FileSystem& files, system_clock::time_point now) {
  PYW_TRY_ASSIGN(auto authority, read_identity(paths.authority, paths.authority_key, files));
  if (!authority.certificate || !lasts(authority.certificate.get(), now + renew_before)) {
    PYW_TRY_ASSIGN(authority, make_authority(now));
    PYW_TRY(files.write(paths.authority_key, to_pem(authority.key.get()), 0600));
    PYW_TRY(files.write(paths.authority, to_pem(authority.certificate.get())));
  }
  PYW_TRY_ASSIGN(auto server, read_identity(paths.server, paths.server_key, files));
  const bool good = server.certificate && lasts(server.certificate.get(), now + renew_before) &&
                    ::X509_verify(server.certificate.get(), authority.key.get()) == 1;
  ::ERR_clear_error();
  if (good) {
    return {};
  }
  PYW_TRY_ASSIGN(server, make_server(authority, now));
  PYW_TRY(files.write(paths.server_key, to_pem(server.key.get()), 0600));
  return files.write(paths.server, to_pem(server.certificate.get()) + to_pem(authority.certificate.get()));
}

Result<CertificateFacts> describe_certificate(const std::string& pem) {
  const auto certificate = read_certificate(pem);
  if (!certificate) {
    return failure(openssl_error("not a certificate"));
  }
  CertificateFacts facts;
  const Memory subject(::BIO_new(::BIO_s_mem()));
  ::X509_NAME_print_ex(subject.get(), ::X509_get_subject_name(certificate.get()), 0, XN_FLAG_ONELINE);
  facts.subject = text_of(subject.get());
  const Memory end(::BIO_new(::BIO_s_mem()));
  ::ASN1_TIME_print(end.get(), ::X509_get0_notAfter(certificate.get()));
  facts.valid_until = text_of(end.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::X509_digest(certificate.get(), ::EVP_sha256(), digest.data(), &size);
  for (unsigned index = 0; index < size; ++index) {
    facts.fingerprint += fmt::format("{}{:02X}", index == 0 ? "" : ":", digest.at(index));
  }
  return facts;
}

} // namespace pyw::devserver

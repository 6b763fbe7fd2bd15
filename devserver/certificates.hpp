// The certificate authority of this user, for `pyw dev --https`: made once, kept in the user's configuration,
// good for this machine's own and private addresses alone (name constraints, RFC 5280, 4.2.1.10), so that a
// stolen key is of no use against other sites.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>

#include <chrono>
#include <string>

namespace pyw::devserver {

struct CertificateFiles {
  Path authority;     ///< ca.pem: what browsers and tools are told to trust
  Path authority_key; ///< ca-key.pem, 0600
  Path server;        ///< server.pem: the server's certificate, then the authority's
  Path server_key;    ///< server-key.pem, 0600
};

/// Where they lie below the user's configuration folder.
[[nodiscard]] CertificateFiles certificate_files(const Path& config_directory);

/// Makes what is missing, and the server's certificate anew when it ends within 30 days or is not the
/// authority's.
[[nodiscard]] Result<void> ensure_certificates(const CertificateFiles& paths,
                                               FileSystem& files,
                                               std::chrono::system_clock::time_point now);

struct CertificateFacts {
  std::string subject;
  std::string fingerprint; ///< SHA-256, upper-case hexadecimal digits with colons, as browsers show it
  std::string valid_until; ///< "Nov 21 13:40:00 2036 GMT"
};

/// Fails when the text holds no certificate in PEM.
[[nodiscard]] Result<CertificateFacts> describe_certificate(const std::string& pem);

} // namespace pyw::devserver

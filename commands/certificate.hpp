// `pyw certificate`: the certificate authority behind `pyw dev --https`: show it, let this user's programs
// trust it, remove it.
#pragma once

#include <commands/command.hpp>

#include <string>

namespace pyw::commands {

struct CertificateOptions {
  std::string action; ///< show, trust or remove
};

/// `trust` needs the right to write to the system's certificates, or `certutil` for browsers; where one is
/// missing it says what to run instead and the exit code is 1.
[[nodiscard]] Result<int> run_certificate(const CertificateOptions& options, Context& context);

[[nodiscard]] CommandEntry certificate_command();

} // namespace pyw::commands

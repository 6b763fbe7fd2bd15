// Who asks a server on this machine: against pages of other sites (DNS rebinding, cross-site requests).
#pragma once

#include <string_view>

namespace pyw {

/// Whether Host names this machine (localhost, *.localhost, a loopback or other literal IP address, any port)
/// and Origin, when sent, does too. A rebound DNS name is neither; a literal address cannot be rebound.
[[nodiscard]] bool is_local_caller(std::string_view host, std::string_view origin);

/// Whether a connection from this address (as text) comes from this machine: 127.0.0.0/8, ::1, and the former
/// written as IPv6. What pyw shows and changes (data, requests) is for nobody else, whatever `--ip` says.
[[nodiscard]] bool is_loopback_address(std::string_view address);

} // namespace pyw

// Protects the paths that are pyw's own against pages of other sites (DNS rebinding, cross-site requests).
#pragma once

#include <string_view>

namespace pyw::devserver {

/// Whether Host names this machine (localhost, *.localhost, a loopback or other literal IP address, any port)
/// and Origin, when sent, does too. A rebound DNS name is neither; a literal address cannot be rebound.
[[nodiscard]] bool is_local_caller(std::string_view host, std::string_view origin);

} // namespace pyw::devserver

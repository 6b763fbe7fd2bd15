// Protects the paths that are pyw's own against pages of other sites (DNS rebinding, cross-site requests).
#pragma once

#include <string_view>

namespace pyw::devserver {

/// Whether Host names this machine (localhost, *.localhost, a loopback or other literal IP address, any port)
/// and Origin, when sent, does too. A rebound DNS name is neither; a literal address cannot be rebound.
[[nodiscard]] bool is_local_caller(std::string_view host, std::string_view origin);

enum class PathOwner {
  worker,    ///< the user's own
  pyw,       ///< the dashboard and what belongs to it: answered here
  data_side, ///< pyw's own too, but answered beside the Worker, where the data is (/cdn-cgi/pyw/api)
};

[[nodiscard]] PathOwner owner_of(std::string_view path);

/// Whether a request comes from a page of the very origin it goes to, or from no page at all (the address
/// bar, curl). Origin and Sec-Fetch-Site are empty where the client sends none.
[[nodiscard]] bool
is_same_origin(std::string_view host, std::string_view origin, std::string_view fetch_site);

/// Whether a connection from this address (as text) comes from this machine: 127.0.0.0/8, ::1, and the former
/// written as IPv6. What pyw shows and changes (data, requests) is for nobody else, whatever `--ip` says.
[[nodiscard]] bool is_loopback_address(std::string_view address);

} // namespace pyw::devserver

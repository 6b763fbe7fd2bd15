// Protects the paths that are pyw's own against pages of other sites (DNS rebinding, cross-site requests).
#pragma once

#include <base/local_host.hpp>

#include <string_view>

namespace pyw::devserver {

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

} // namespace pyw::devserver

#include <base/text.hpp>
#include <devserver/host_check.hpp>

namespace pyw::devserver {

PathOwner owner_of(std::string_view path) {
  const auto is_below = [path](std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
  };
  if (!is_below("/cdn-cgi/pyw")) {
    return PathOwner::worker;
  }
  return is_below("/cdn-cgi/pyw/api") ? PathOwner::data_side : PathOwner::pyw;
}

bool is_same_origin(std::string_view host, std::string_view origin, std::string_view fetch_site) {
  if (!fetch_site.empty() && fetch_site != "same-origin" && fetch_site != "none") {
    return false;
  }
  if (origin.empty()) {
    return true;
  }
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && to_lower(origin.substr(scheme_end + 3)) == to_lower(host);
}

} // namespace pyw::devserver

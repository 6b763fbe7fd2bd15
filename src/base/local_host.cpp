#include <base/local_host.hpp>
#include <base/text.hpp>

#include <algorithm>
#include <string>

namespace pyw {

namespace {

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) { // [::1]:8787
    return host.substr(0, host.find(']') + 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_literal_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    return true;
  }
  return !host.empty() && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_local_name(std::string_view host) {
  const auto name = to_lower(without_port(host));
  return name == "localhost" || name.ends_with(".localhost") || is_literal_address(name);
}

} // namespace

bool is_local_caller(std::string_view host, std::string_view origin) {
  if (!is_local_name(host)) {
    return false;
  }
  if (origin.empty()) {
    return true;
  }
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && is_local_name(origin.substr(scheme_end + 3));
}

bool is_loopback_address(std::string_view address) {
  constexpr std::string_view mapped = "::ffff:";
  if (address.starts_with(mapped)) {
    address.remove_prefix(mapped.size());
  }
  return address == "::1" || address.starts_with("127.");
}

} // namespace pyw

#include <base/text.hpp>
#include <devserver/host_check.hpp>
#include <devserver/live_reload.hpp>

namespace pyw::devserver {

bool is_shown_page(const PageFacts& facts) {
  const auto type = to_lower(facts.content_type);
  if (!type.starts_with("text/html") || facts.status == 206 || !is_local_caller(facts.host, "")) {
    return false;
  }
  if (!facts.content_encoding.empty() && facts.content_encoding != "identity") {
    return false;
  }
  if (!facts.fetch_destination.empty()) {
    return facts.fetch_destination == "document" || facts.fetch_destination == "iframe" ||
           facts.fetch_destination == "frame";
  }
  return facts.accept.find("text/html") != std::string::npos;
}

std::string_view live_reload_suffix() {
  return "\n<script src=\"/cdn-cgi/pyw/live.js\" data-pyw></script>\n";
}

} // namespace pyw::devserver

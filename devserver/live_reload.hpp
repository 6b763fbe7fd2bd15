// Which answers are pages that a browser shows, so that a script behind them can reload them.
#pragma once

#include <string>
#include <string_view>

namespace pyw::devserver {

struct PageFacts {
  std::string host;
  std::string fetch_destination; ///< Sec-Fetch-Dest (Fetch Metadata): empty from old clients
  std::string accept;
  std::string content_type;
  std::string content_encoding;
  int status = 200;
};

/// True for whole, unencoded HTML documents that a browser on this machine shows as a page or frame. Parts of
/// pages that scripts fetch are left alone.
[[nodiscard]] bool is_shown_page(const PageFacts& facts);

/// What goes behind such a page: a script of pyw's own origin, so that a policy of `script-src 'self'` admits
/// it. HTML parsers take a script behind the end of the document as if it stood in the body (HTML standard,
/// 13.2.6.4.19).
[[nodiscard]] std::string_view live_reload_suffix();

} // namespace pyw::devserver

#include <base/text.hpp>
#include <devserver/error_page.hpp>

#include <fmt/core.h>

namespace pyw::devserver {

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '&':
      escaped += "&amp;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    default:
      escaped += c;
    }
  }
  return escaped;
}

std::string error_page(const ErrorAnswer& answer) {
  return fmt::format(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{0}</title>
<meta name="viewport" content="width=device-width">
<style>
  :root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
  body {{ max-width: 60rem; margin: 3rem auto; padding: 0 1rem }}
  h1 {{ font-size: 1.3rem; color: #c62828 }}
  pre {{ padding: 1rem; overflow-x: auto; background: #8882; border-radius: 6px; font-size: 13px }}
</style></head><body>
<h1>{0}</h1>
<pre>{1}</pre>
<p>This page loads again by itself once the Worker answers.</p>
<script>
  // HEAD is held by pyw while a new version starts, so that this asks once per change and not in a hurry.
  const again = async () => {{
    try {{
      const answer = await fetch(location.href, {{ method: "HEAD", headers: {{ "x-pyw-probe": "1" }} }});
      if (!answer.headers.has("x-pyw-error")) return location.reload();
    }} catch {{}}
    setTimeout(again, 1000);
  }};
  setTimeout(again, 1000);
</script>
</body></html>
)",
                     escape_html(answer.title),
                     escape_html(answer.text));
}

} // namespace pyw::devserver

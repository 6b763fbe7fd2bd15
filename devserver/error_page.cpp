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

std::string last_line(std::string_view text) {
  text = trim(text);
  return std::string(text.substr(text.rfind('\n') + 1));
}

namespace {

/// Nothing serves: asked until something does. HEAD is held by pyw while a new version starts, so that this
/// asks once per change and not in a hurry.
constexpr std::string_view ask_again = R"(<script>
  const again = async () => {
    try {
      const answer = await fetch(location.href, { method: "HEAD", headers: { "x-pyw-probe": "1" } });
      if (!answer.headers.has("x-pyw-error")) return location.reload();
    } catch {}
    setTimeout(again, 1000);
  };
  setTimeout(again, 1000);
</script>
)";

} // namespace

std::string error_page(const ErrorAnswer& answer) {
  const bool serves = !answer.failure.empty() && answer.failure != start_failure;
  return fmt::format(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{0}</title>
<meta name="viewport" content="width=device-width">
<style>
  :root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
  body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
  h1 {{ font-size: 1.3rem; color: light-dark(#b3261e, #ff8a80); overflow-wrap: anywhere }}
  h2 {{ font-size: 1rem; margin: 1.5rem 0 .5rem }}
  mark {{ color: inherit; background: light-dark(#ffd9d4, #6b2019) }}
  th {{ text-align: left; padding-right: 1rem; vertical-align: top }}
  pre, table {{ font: 13px/1.5 ui-monospace, monospace }}
  pre {{ padding: .75rem 1rem; overflow-x: auto; background: #8882; border-radius: 6px; margin: 0 }}
</style></head><body>
<h1>{0}</h1>
<div id="details"></div>
<h2 id="plain">{4}</h2>
<pre>{1}</pre>
<p>{2}</p>
{3}<script src="/cdn-cgi/pyw/error.js" data-failure="{5}"></script>
<script src="/cdn-cgi/pyw/live.js" data-pyw></script>
</body></html>
)",
                     escape_html(answer.title),
                     escape_html(answer.text),
                     serves ? "This page loads again by itself when the code changes."
                            : "This page loads again by itself once the Worker answers.",
                     serves ? "" : ask_again,
                     answer.failure.empty() ? "" : "As text",
                     escape_html(answer.failure));
}

} // namespace pyw::devserver

#include <devserver/error_page.hpp>
#include <support/catch.hpp>

using namespace pyw::devserver;

TEST_CASE("what a Worker says cannot become markup") {
  CHECK(escape_html("<b>\"&\"</b>") == "&lt;b&gt;&quot;&amp;&quot;&lt;/b&gt;");
  const auto page = error_page({500, "It <failed>", "</pre><script>alert(1)</script>"});
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<title>It &lt;failed&gt;</title>") != std::string::npos);
}

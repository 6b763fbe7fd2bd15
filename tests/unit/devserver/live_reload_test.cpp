#include <devserver/live_reload.hpp>
#include <support/catch.hpp>

using namespace pyw::devserver;

TEST_CASE("a script goes behind what a browser shows as a page, and behind nothing else") {
  PageFacts facts{"localhost:8787", "document", "text/html,*/*", "text/html; charset=utf-8", "", 200};
  CHECK(is_shown_page(facts));
  SECTION("frames too") {
    facts.fetch_destination = "iframe";
    CHECK(is_shown_page(facts));
  }
  SECTION("an error page of the Worker too") {
    facts.status = 404;
    CHECK(is_shown_page(facts));
  }
  SECTION("an old browser tells by Accept") {
    facts.fetch_destination = "";
    CHECK(is_shown_page(facts));
    facts.accept = "*/*";
    CHECK_FALSE(is_shown_page(facts));
  }
  SECTION("a part that a script fetches") {
    facts.fetch_destination = "empty";
    CHECK_FALSE(is_shown_page(facts));
  }
  SECTION("compressed") {
    facts.content_encoding = "gzip";
    CHECK_FALSE(is_shown_page(facts));
  }
  SECTION("a range of one") {
    facts.status = 206;
    CHECK_FALSE(is_shown_page(facts));
  }
  SECTION("no page at all") {
    facts.content_type = "application/json";
    CHECK_FALSE(is_shown_page(facts));
  }
  SECTION("shown elsewhere, through a tunnel: pyw's script does not answer there") {
    facts.host = "demo.example.com";
    CHECK_FALSE(is_shown_page(facts));
  }
}

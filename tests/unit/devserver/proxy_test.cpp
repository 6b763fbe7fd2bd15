#include "proxy_harness.hpp"

#include <support/catch.hpp>

#include <fmt/core.h>

using namespace pyw;
using namespace pyw::test;

namespace {

constexpr std::string_view get_root = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view ok_hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::string_view blank_line = "\r\n\r\n";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("a request waits until there is a Worker; the connection is kept on both sides") {
  ProxyHarness harness;
  auto client = harness.connect();
  client.send(get_root);
  harness.route();
  auto upstream = harness.accept();
  const auto head = upstream.read_until(blank_line);
  CHECK(head.starts_with("GET / HTTP/1.1\r\nHost: localhost\r\n"));
  CHECK(contains(head, "CF-Connecting-IP: 127.0.0.1\r\n"));
  upstream.send(ok_hi);
  CHECK(client.read_until("hi").starts_with("HTTP/1.1 200 OK\r\n"));
  client.send("GET /again HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(upstream.read_until(blank_line).starts_with("GET /again"));
  upstream.send(ok_hi);
  static_cast<void>(client.read_until("hi"));
  const auto records = harness.records(2);
  REQUIRE(records.size() == 2);
  CHECK(records[1].target == "/again");
  CHECK(records[1].status == 200);
}

TEST_CASE("a body streams up, an answer streams down piece by piece") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  CHECK(contains(upstream.read_until("abc\r\n"), "3\r\nabc"));
  client.send("0\r\n\r\n");
  static_cast<void>(upstream.read_until("0\r\n\r\n"));
  upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  CHECK(contains(client.read_until("first"), "chunked"));
  upstream.send("6\r\nsecond\r\n0\r\n\r\n");
  CHECK(contains(client.read_until("0\r\n\r\n"), "second"));
}

TEST_CASE("an answer that comes before the body was read reaches the client") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\npart");
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until("part"));
  upstream.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
  CHECK(client.read_until("big").starts_with("HTTP/1.1 413"));
}

TEST_CASE("a client that asks whether to go on is told so") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.read_until(blank_line) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  auto upstream = harness.accept();
  CHECK_FALSE(contains(upstream.read_until("body"), "Expect"));
  upstream.send(ok_hi);
  CHECK(client.read_until("hi").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a WebSocket is a tunnel") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send(
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: a\r\n\r\nearly");
  auto upstream = harness.accept();
  const auto head = upstream.read_until(blank_line);
  CHECK(contains(head, "Upgrade: websocket\r\n"));
  CHECK(contains(head, "Sec-WebSocket-Key: a\r\n"));
  upstream.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  CHECK(client.read_until("hello").starts_with("HTTP/1.1 101"));
  CHECK(upstream.read_exactly(5) == "early");
  client.send("ping");
  CHECK(upstream.read_exactly(4) == "ping");
  upstream.send("pong");
  CHECK(client.read_exactly(4) == "pong");
  SECTION("the client leaves") {
    client.close();
    CHECK(upstream.at_end());
  }
  SECTION("the Worker leaves") {
    upstream.close();
    CHECK(client.at_end());
  }
}

TEST_CASE("a WebSocket that is cut off is told that the service restarts, between two frames") {
  ProxyHarness harness;
  harness.route(1);
  auto client = harness.connect();
  client.send("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  upstream.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  static_cast<void>(client.read_until(blank_line));
  SECTION("between frames") {
    upstream.send("\x81\x02hi");
    CHECK(client.read_exactly(4) == "\x81\x02hi");
    harness.on_loop([](auto& proxy) { proxy.abort(1); });
    CHECK(client.read_exactly(4).substr(2) == "\x03\xf4"); // 1012
    CHECK(contains(client.read_until("reloaded"), "the Worker was reloaded"));
  }
  SECTION("in the middle of one nothing can be said") {
    upstream.send("\x81\x05hel");
    CHECK(client.read_exactly(5) == "\x81\x05hel");
    harness.on_loop([](auto& proxy) { proxy.abort(1); });
  }
  CHECK(client.at_end());
  CHECK(upstream.at_end());
  harness.route(2);
  CHECK(harness.records(1).at(0).websocket);
}

TEST_CASE("a Worker that ends without an answer is a 502") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send(get_root);
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  upstream.close();
  CHECK(client.read_until(blank_line).starts_with("HTTP/1.1 502"));
}

TEST_CASE("a kept connection that was closed in the meantime costs nothing") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send(get_root);
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  upstream.send(ok_hi);
  static_cast<void>(client.read_until("hi"));
  upstream.close();
  client.send(get_root);
  auto second = harness.accept();
  static_cast<void>(second.read_until(blank_line));
  second.send(ok_hi);
  CHECK(client.read_until("hi").starts_with("HTTP/1.1 200"));
}

TEST_CASE("an answer to HEAD has a length and no body") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  CHECK(contains(client.read_until(blank_line), "Content-Length: 5"));
  client.send(get_root);
  CHECK(upstream.read_until(blank_line).starts_with("GET /"));
}

TEST_CASE("while nothing serves, people get the reason") {
  ProxyHarness harness;
  harness.on_loop([](auto& proxy) { proxy.answer_with({500, "It does not run", "line 3 <oops>", "start"}); });
  auto client = harness.connect();
  SECTION("as text") {
    client.send(get_root);
    CHECK(contains(client.read_until("oops>"), "Content-Type: text/plain"));
  }
  SECTION("as a page") {
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
    CHECK(contains(client.read_until("&lt;oops&gt;"), "Content-Type: text/html"));
  }
}

TEST_CASE("fields behind a chunked body are dropped, as RFC 9110, 6.5.1 lets us; the connection goes on") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nTrailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nabc\r\n0\r\nDigest: none\r\n\r\n");
  auto upstream = harness.accept();
  CHECK_FALSE(contains(upstream.read_until(blank_line), "Trailer"));
  CHECK_FALSE(contains(upstream.read_until("0\r\n\r\n"), "Digest"));
  upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nDigest: none\r\n\r\n");
  CHECK_FALSE(contains(client.read_until("0\r\n\r\n"), "Digest"));
  client.send(get_root);
  CHECK(upstream.read_until(blank_line).starts_with("GET / HTTP/1.1"));
}

TEST_CASE("a script goes behind pages, with the right length, whole or in chunks") {
  devserver::ProxyOptions options;
  options.page_suffix = "<script></script>";
  ProxyHarness harness(options);
  harness.route();
  auto client = harness.connect();
  const bool chunked = GENERATE(false, true);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Dest: document\r\n\r\n");
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  if (chunked) {
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n");
    CHECK(contains(client.read_until("0\r\n\r\n"), "11\r\n<script></script>\r\n0\r\n\r\n"));
  } else {
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage");
    const auto answer = client.read_until("</script>");
    CHECK(contains(answer, "Content-Length: 21\r\n"));
    CHECK(answer.ends_with("\r\n\r\npage<script></script>"));
  }
  client.send("GET /part HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Dest: empty\r\nAccept: text/html\r\n\r\n");
  static_cast<void>(upstream.read_until(blank_line));
  upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npart");
  CHECK(contains(client.read_until("part"), "Content-Length: 4\r\n"));
}

TEST_CASE("a request has a name, which the Worker sees; its body's beginning is kept") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  const std::string body(100'000, 'b');
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nCF-Ray: forged\r\nContent-Length: 100000\r\n\r\n" +
              body);
  auto upstream = harness.accept();
  const auto head = upstream.read_until(blank_line);
  static_cast<void>(upstream.read_exactly(body.size()));
  upstream.send(ok_hi);
  static_cast<void>(client.read_until("hi"));
  const auto record = harness.records(1).at(0);
  CHECK(record.ray.size() == 16);
  CHECK(contains(head, "CF-Ray: " + record.ray + "\r\n"));
  CHECK_FALSE(contains(head, "forged"));
  CHECK(record.request_size == body.size());
  CHECK(record.request_body.size() == devserver::most_body_kept);
  CHECK(record.response_size == 2);
  CHECK(record.answered >= record.held);
  CHECK(record.duration >= record.answered);
}

TEST_CASE("the Worker sees another host when told so") {
  devserver::ProxyOptions options;
  options.host = "shop.example";
  ProxyHarness harness(options);
  harness.route();
  auto client = harness.connect();
  client.send(get_root);
  auto upstream = harness.accept();
  const auto head = upstream.read_until(blank_line);
  CHECK(contains(head, "Host: shop.example\r\n"));
  CHECK_FALSE(contains(head, "localhost"));
}

TEST_CASE("a request can be made from inside") {
  ProxyHarness harness;
  harness.route();
  harness.on_loop([](auto& proxy) {
    proxy.inject(
        "POST /again HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nup");
  });
  auto upstream = harness.accept();
  CHECK(contains(upstream.read_until(blank_line), "POST /again HTTP/1.1\r\n"));
  CHECK(upstream.read_exactly(2) == "up");
  upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
  CHECK(harness.records(1).at(0).response_size == 3'000'000);
}

TEST_CASE("an exception of the Worker is a page for browsers and text for others") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  const bool browser = GENERATE(false, true);
  client.send(std::string("GET / HTTP/1.1\r\nHost: localhost\r\n") +
              (browser ? "Accept: text/html\r\n\r\n" : "\r\n"));
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  upstream.send("HTTP/1.1 500 Internal Server Error\r\nX-Pyw-Exception: 00ab\r\nContent-Length: 27\r\n\r\n"
                "Traceback <x>\nValueError: 1");
  if (browser) {
    const auto page = client.read_until("</html>");
    CHECK(page.starts_with("HTTP/1.1 500 "));
    CHECK(contains(page, "<title>ValueError: 1</title>"));
    CHECK(contains(page, "Traceback &lt;x&gt;"));
    CHECK(contains(page, "data-failure=\"00ab\""));
  } else {
    CHECK(contains(client.read_until("ValueError: 1"), "Content-Length: 27\r\n"));
  }
}

TEST_CASE("pyw's own pages are answered to themselves only") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  const auto ask = [&](std::string_view fields) {
    client.send(fmt::format(
        "POST /cdn-cgi/pyw/x?a=1 HTTP/1.1\r\nHost: localhost:1\r\n{}Content-Length: 4\r\n\r\nbody", fields));
    return client.read_until(blank_line);
  };
  SECTION("from nowhere, and from the page itself") {
    CHECK(ask("").starts_with("HTTP/1.1 200"));
    CHECK(client.read_exactly(6) == "x?body");
    CHECK(ask("Origin: http://localhost:1\r\nSec-Fetch-Site: same-origin\r\n").starts_with("HTTP/1.1 200"));
  }
  SECTION("another server on this machine") {
    CHECK(ask("Origin: http://localhost:2\r\n").starts_with("HTTP/1.1 403"));
  }
  SECTION("another site without Origin") {
    CHECK(ask("Sec-Fetch-Site: cross-site\r\n").starts_with("HTTP/1.1 403"));
  }
}

TEST_CASE("other sites' pages cannot reach pyw's own paths") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("GET /cdn-cgi/handler/scheduled HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  CHECK(client.read_until(blank_line).starts_with("HTTP/1.1 403"));
}

TEST_CASE("nonsense is answered with 400") {
  ProxyHarness harness;
  harness.route();
  auto client = harness.connect();
  client.send("\x16\x03\x01 no http\r\n\r\n");
  CHECK(client.read_until(blank_line).starts_with("HTTP/1.1 400"));
}

TEST_CASE("requests under way stay with their generation, new ones go to the next; the end is told") {
  ProxyHarness harness;
  harness.route(1);
  auto slow = harness.connect();
  slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto old_worker = harness.accept();
  static_cast<void>(old_worker.read_until(blank_line));
  harness.on_loop([](auto& proxy) { proxy.hold(); });
  auto next = harness.connect();
  next.send("GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
  harness.route(2);
  auto new_worker = harness.accept();
  CHECK(new_worker.read_until(blank_line).starts_with("GET /next"));
  new_worker.send(ok_hi);
  static_cast<void>(next.read_until("hi"));
  CHECK(harness.idle(0).empty());
  old_worker.send(ok_hi);
  CHECK(slow.read_until("hi").starts_with("HTTP/1.1 200"));
  CHECK(harness.idle(1) == std::vector<devserver::Generation>{1});
}

TEST_CASE("a generation can be cut off") {
  ProxyHarness harness;
  harness.route(1);
  auto client = harness.connect();
  client.send(get_root);
  auto upstream = harness.accept();
  static_cast<void>(upstream.read_until(blank_line));
  harness.on_loop([](auto& proxy) {
    CHECK(proxy.active(1) == 1);
    proxy.abort(1);
  });
  CHECK(client.at_end());
}

TEST_CASE("a port that is taken is refused with its owner's name") {
  ProxyHarness harness;
  EventLoop loop;
  std::uint16_t port = 0;
  harness.on_loop([&](auto& proxy) { port = proxy.port(); });
  devserver::ProxyOptions options;
  options.port = port;
  const auto second = devserver::Proxy::listen(loop, options, {});
  REQUIRE_FALSE(second);
  CHECK(contains(second.error().message(), "is taken by unit_devserver (pid "));
}

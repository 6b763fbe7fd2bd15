#include <devserver/inspector_gate.hpp>
#include <support/catch.hpp>

using pyw::devserver::may_inspect;

TEST_CASE("DevTools and this machine's own pages may inspect, other sites may not") {
  CHECK(may_inspect("GET /json HTTP/1.1\r\nHost: localhost:9229"));
  CHECK(may_inspect("GET /worker HTTP/1.1\r\nhost: 127.0.0.1:9229\r\nORIGIN: devtools://devtools"));
  CHECK(may_inspect("GET /worker HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000"));
  CHECK_FALSE(may_inspect("GET /worker HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example"));
  CHECK_FALSE(may_inspect("GET /json HTTP/1.1\r\nHost: evil.example:9229"));
  CHECK_FALSE(may_inspect("GET /json HTTP/1.1"));
}

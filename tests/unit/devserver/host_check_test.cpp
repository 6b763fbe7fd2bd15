#include <devserver/host_check.hpp>
#include <support/catch.hpp>

using pyw::devserver::is_local_caller;

TEST_CASE("only this machine's own names may call pyw's paths") {
  CHECK(is_local_caller("localhost:8787", ""));
  CHECK(is_local_caller("127.0.0.1:8787", ""));
  CHECK(is_local_caller("app.localhost", ""));
  CHECK(is_local_caller("[::1]:8787", ""));
  CHECK(is_local_caller("LOCALHOST", "http://localhost:8787"));
  CHECK_FALSE(is_local_caller("evil.example", ""));
  CHECK_FALSE(is_local_caller("127.0.0.1.evil.example", ""));
  CHECK_FALSE(is_local_caller("", ""));
  CHECK_FALSE(is_local_caller("localhost:8787", "https://evil.example"));
  CHECK_FALSE(is_local_caller("localhost:8787", "null"));
}

#include <devserver/host_check.hpp>
#include <support/catch.hpp>

using pyw::is_local_caller;
using pyw::is_loopback_address;
using pyw::devserver::is_same_origin;
using pyw::devserver::owner_of;
using pyw::devserver::PathOwner;

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

TEST_CASE("who answers a path") {
  CHECK(owner_of("/cdn-cgi/pyw") == PathOwner::pyw);
  CHECK(owner_of("/cdn-cgi/pyw/") == PathOwner::pyw);
  CHECK(owner_of("/cdn-cgi/pyw/dev/requests") == PathOwner::pyw);
  CHECK(owner_of("/cdn-cgi/pyw/api/kv") == PathOwner::data_side);
  CHECK(owner_of("/cdn-cgi/pyw/apix") == PathOwner::pyw);
  CHECK(owner_of("/cdn-cgi/pywx") == PathOwner::worker);
  CHECK(owner_of("/cdn-cgi/handler/scheduled") == PathOwner::worker);
}

TEST_CASE("pyw's own pages are for themselves") {
  CHECK(is_same_origin("localhost:8787", "", ""));
  CHECK(is_same_origin("localhost:8787", "", "none"));
  CHECK(is_same_origin("localhost:8787", "http://LOCALHOST:8787", "same-origin"));
  CHECK_FALSE(is_same_origin("localhost:8787", "http://localhost:3000", "same-site"));
  CHECK_FALSE(is_same_origin("localhost:8787", "http://localhost:3000", ""));
  CHECK_FALSE(is_same_origin("localhost:8787", "null", ""));
  CHECK_FALSE(is_same_origin("localhost:8787", "", "cross-site"));
}

TEST_CASE("which addresses are this machine's own") {
  CHECK(is_loopback_address("127.0.0.1"));
  CHECK(is_loopback_address("127.8.0.1"));
  CHECK(is_loopback_address("::1"));
  CHECK(is_loopback_address("::ffff:127.0.0.1"));
  CHECK_FALSE(is_loopback_address("192.168.1.5"));
  CHECK_FALSE(is_loopback_address("::ffff:192.168.1.5"));
  CHECK_FALSE(is_loopback_address("fe80::1"));
  CHECK_FALSE(is_loopback_address(""));
}

#include <edge/routing.hpp>
#include <support/catch.hpp>

#include <cmath>

using namespace pyw::edge;

namespace {

ServedScript served(const std::string& account, const std::string& name, bool first, bool enabled = true) {
  ServedScript out;
  out.script.account = account;
  out.script.name = name;
  out.script.document = enabled ? R"({"subdomain":{"enabled":true}})" : "{}";
  out.subdomain = account;
  out.first_account = first;
  out.versions = {{account + "-version", 100}};
  return out;
}

std::string found(const RoutingTable& table, std::string_view host, std::string_view path = "/") {
  const auto* script = table.find({host, path});
  return script == nullptr ? "" : script->account + "/" + script->name;
}

} // namespace

TEST_CASE("Workers answer to their names; the short one is the first account's") {
  const RoutingTable table(
      {served("one", "shop", true), served("two", "shop", false), served("two", "off", false, false)},
      {},
      "localhost");
  CHECK(found(table, "shop.localhost:8790") == "one/shop");
  CHECK(found(table, "SHOP.one.localhost") == "one/shop");
  CHECK(found(table, "shop.two.localhost:1") == "two/shop");
  CHECK(found(table, "off.two.localhost") == "");
  CHECK(found(table, "localhost") == "");
  CHECK(found(table, "") == "");
}

TEST_CASE("the longest route that matches wins, over a Worker's own name as well") {
  const RoutingTable table(
      {served("one", "shop", true), served("one", "api", true), served("one", "images", true, false)},
      {{"1", "one", "api", "https://example.test/api/*", "route"},
       {"2", "one", "shop", "example.test/*", "route"},
       {"3", "one", "images", "*.example.test/img/*", "route"},
       {"4", "one", "api", "shop.localhost/v1/*", "route"},
       {"5", "one", "gone", "gone.test/*", "route"}},
      "localhost");
  CHECK(found(table, "example.test", "/") == "one/shop");
  CHECK(found(table, "example.test:80", "/api/users") == "one/api");
  CHECK(found(table, "example.test", "/apis") == "one/shop");
  CHECK(found(table, "cdn.example.test", "/img/a.png") == "one/images");
  CHECK(found(table, "cdn.example.test", "/") == "");
  CHECK(found(table, "shop.localhost", "/v1/x") == "one/api");
  CHECK(found(table, "shop.localhost", "/") == "one/shop");
  CHECK(found(table, "gone.test", "/") == "");
}

TEST_CASE("patterns") {
  CHECK(matches_pattern("a*c", "abc"));
  CHECK(matches_pattern("a*c*", "abcbcd"));
  CHECK(matches_pattern("*", ""));
  CHECK_FALSE(matches_pattern("a*c", "abd"));
  CHECK_FALSE(matches_pattern("", "a"));
  CHECK(normal_pattern("HTTPS://Example.test") == "example.test/");
  CHECK(normal_pattern("example.test/A*") == "example.test/A*");
  CHECK(normal_pattern("*") == "*");
}

TEST_CASE("a split deployment: by chance, or always the same for a key") {
  const std::vector<Share> versions{{"old", 75}, {"new", 25}};
  int fresh = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    fresh += choose_version(versions, {"shop", "", "", i * 100})->version == "new" ? 1 : 0;
  }
  CHECK(fresh == 2'500);
  const auto* first = choose_version(versions, {"shop", "visitor-7", "", 0});
  for (std::uint64_t i = 0; i < 100; ++i) {
    CHECK(choose_version(versions, {"shop", "visitor-7", "", i * 9'999}) == first);
  }
  int by_key = 0;
  for (int i = 0; i < 2'000; ++i) {
    by_key +=
        choose_version(versions, {"shop", "visitor-" + std::to_string(i), "", 0})->version == "new" ? 1 : 0;
  }
  CHECK(std::abs(by_key - 500) < 80);
}

TEST_CASE("a version can be asked for, if it is of the deployment") {
  const std::vector<Share> versions{{"old", 100}, {"new", 0}};
  CHECK(choose_version(versions, {"shop", "", R"(other="x", shop="new")", 0})->version == "new");
  CHECK(choose_version(versions, {"shop", "", R"(shop="elsewhere")", 0})->version == "old");
  CHECK(choose_version(versions, {"shop", "", R"(shop=new)", 0})->version == "old");
  CHECK(choose_version(versions, {"shop", "", "", 999'999})->version == "old");
  CHECK(choose_version({}, {"shop", "", "", 0}) == nullptr);
}

TEST_CASE("what the runtime keeps for itself is known in every spelling") {
  for (const auto* path : {"/cdn-cgi/pyw/start",
                           "/CDN-CGI/x",
                           "/a/../cdn-cgi/pyw/start",
                           "/%2e/cdn-cgi/pyw/start",
                           "/a/%2E%2e/cdn-cgi/x",
                           "/.\\../cdn-cgi/x",
                           "\\cdn-cgi/x",
                           "/\tcdn-cgi/x",
                           "/../../cdn-cgi",
                           "/cdn-cgi?x"}) {
    INFO(path);
    CHECK(is_reserved_path(path));
  }
  CHECK_FALSE(is_reserved_path("/docs/cdn-cgi/x"));
  CHECK_FALSE(is_reserved_path("/?next=/cdn-cgi/x"));
  CHECK_FALSE(is_reserved_path("/"));
}

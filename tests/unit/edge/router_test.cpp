#include <edge/router.hpp>
#include <support/catch.hpp>

#include <set>
#include <string>

using namespace pyw::edge;

TEST_CASE("method and path name an operation and its parameters") {
  const auto found = match_operation("GET", "/client/v4/accounts/a1/workers/scripts/shop/versions/v1");
  REQUIRE(found.row != nullptr);
  CHECK(found.row->name == "version");
  CHECK(found.row->scope == Scope::read);
  CHECK(found.path ==
        std::map<std::string, std::string>{{"account", "a1"}, {"script", "shop"}, {"version", "v1"}});
  CHECK(match_operation("PUT", "/accounts/a1/workers/scripts/shop").row->name == "upload");
  CHECK(match_operation("PUT", "/accounts/a1/storage/kv/namespaces/n/values/a/b").path ==
        std::map<std::string, std::string>{{"account", "a1"}, {"kv", "n"}});
  CHECK(match_operation("GET", "/accounts/a1/r2/buckets/b/objects").row->name == "read_r2");
}

TEST_CASE("another method is told from a path that does not exist") {
  CHECK(match_operation("PATCH", "/accounts").row == nullptr);
  CHECK(match_operation("PATCH", "/accounts").other_method);
  CHECK_FALSE(match_operation("GET", "/accounts/a1/nothing").other_method);
  CHECK(match_operation("GET", "/accounts//workers/scripts").row == nullptr);
  CHECK(match_operation("GET", "/accounts/").row == nullptr);
  CHECK(match_operation("GET", "").row == nullptr);
}

TEST_CASE("whatever changes something needs the scope for it") {
  std::set<std::string> rows;
  for (const auto& row : operations()) {
    INFO(row.method << " " << row.pattern);
    CHECK(rows.insert(std::string(row.method) + std::string(row.pattern)).second);
    const std::set<std::string_view> that_only_ask{
        "known_modules", "domain_changes", "read_kv", "create_tail", "delete_tail"};
    const bool only_asks = row.method == "GET" || that_only_ask.contains(row.name);
    if (row.scope == Scope::read || row.scope == Scope::write) { // the others are for tokens of their own
      CHECK((row.scope == Scope::read) == only_asks);
    }
    CHECK(row.run != nullptr);
  }
}

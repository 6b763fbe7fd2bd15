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
    const bool only_asks = row.method == "GET" || row.name == "known_modules" || row.name == "domain_changes";
    CHECK((row.scope == Scope::read) == only_asks);
    CHECK(row.run != nullptr);
  }
}

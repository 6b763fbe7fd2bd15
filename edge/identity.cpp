#include <base/hash.hpp>
#include <edge/operations.hpp>

#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

Json account_json(const Account& account) {
  return {{"id", account.id}, {"name", account.name}, {"type", "standard"}};
}

/// Clients ask page after page until one is empty.
Outcome only_page(const Call& call, Json items) {
  const auto total = items.size();
  const bool first = call.request.parameter("page").value_or("1") == "1";
  Outcome out(first ? items : Json::array());
  return std::move(out).with_pages(first ? 1 : 2, 50, total);
}

} // namespace

Outcome verify_token(Api&, const Call& call) {
  return Json{{"id", call.token.id}, {"status", "active"}};
}

Outcome show_user(Api&, const Call& call) {
  return Json{{"id", call.token.id}, {"email", call.token.name}};
}

Outcome list_accounts(Api&, const Call& call) {
  return only_page(call, Json::array({account_json(call.account)}));
}

Outcome show_account(Api&, const Call& call) {
  return account_json(call.account);
}

Outcome list_memberships(Api&, const Call& call) {
  return only_page(call,
                   Json::array({{{"id", call.token.id},
                                 {"status", "accepted"},
                                 {"roles", Json::array({"Administrator"})},
                                 {"account", account_json(call.account)}}}));
}

Outcome list_zones(Api&, const Call& call) {
  // There are no zones here: every name is taken for one, so that clients come to its routes.
  const auto name = call.request.parameter("name").value_or("");
  if (name.empty()) {
    return only_page(call, Json::array());
  }
  return only_page(call,
                   Json::array({{{"id", sha256_hex(name).substr(0, 32)},
                                 {"name", name},
                                 {"status", "active"},
                                 {"account", account_json(call.account)}}}));
}

} // namespace pyw::edge

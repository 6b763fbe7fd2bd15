#include <cloud/identity.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace pyw::cloud {

namespace {

constexpr int not_a_user_token = 1000;
constexpr int may_not_read_user = 9109;

} // namespace

Result<std::vector<Account>> usable_accounts(Api& api) {
  const auto accounts = api.paged(get("/accounts"));
  const auto memberships = api.paged(get("/memberships"));
  if (!accounts) {
    return failure(to_error(accounts.error()));
  }
  std::set<std::string> member_of;
  for (const auto& membership : memberships ? *memberships : Json::array()) {
    member_of.insert(text_at(membership.value("account", Json::object()), "id"));
  }
  std::vector<Account> out;
  for (const auto& account : *accounts) {
    // An account's own token may not read memberships: then all that it sees are its.
    if (!memberships || member_of.count(text_at(account, "id")) > 0) {
      out.push_back({text_at(account, "id"), text_at(account, "name")});
    }
  }
  return out;
}

Result<Identity> read_identity(Api& api) {
  Identity identity;
  if (const auto* key = std::get_if<GlobalKey>(&api.credentials().value)) {
    identity.kind = "Global API Key";
    identity.email = key->email;
  } else {
    const auto verified = api.call(get("/user/tokens/verify"));
    if (!verified && verified.error().code != not_a_user_token) {
      return failure(to_error(verified.error()));
    }
    identity.kind = verified ? "User API Token" : "Account API Token";
    const auto user = api.call(get("/user"));
    if (!user && user.error().code != may_not_read_user) {
      return failure(to_error(user.error()));
    }
    identity.email = user ? text_at(*user, "email") : "";
  }
  PYW_TRY_ASSIGN(identity.accounts, usable_accounts(api));
  return identity;
}

std::vector<std::string> membership_roles(Api& api, const std::string& account) {
  const auto memberships = api.paged(get("/memberships"));
  for (const auto& membership : memberships ? *memberships : Json::array()) {
    if (text_at(membership.value("account", Json::object()), "id") == account) {
      std::vector<std::string> roles;
      const auto list = membership.value("roles", Json::array());
      for (const auto& role : list.is_array() ? list : Json::array()) {
        roles.push_back(role.is_string() ? role.get<std::string>() : text_at(role, "name"));
      }
      return roles;
    }
  }
  return {};
}

} // namespace pyw::cloud

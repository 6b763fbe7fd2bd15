// Whose credentials these are.
#pragma once

#include <cloud/api.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::cloud {

struct Account {
  std::string id;
  std::string name;
};

struct Identity {
  std::string kind;  ///< "User API Token", "Account API Token", "Global API Key"
  std::string email; ///< empty when the token may not read it
  std::vector<Account> accounts;
};

/// The accounts that the credentials can use: those of /accounts that they are a member of.
[[nodiscard]] Result<std::vector<Account>> usable_accounts(Api& api);

/// Asks the API. Fails when the credentials are not valid.
[[nodiscard]] Result<Identity> read_identity(Api& api);

/// The roles of the credentials' owner in an account; empty when they may not be read.
[[nodiscard]] std::vector<std::string> membership_roles(Api& api, const std::string& account);

} // namespace pyw::cloud

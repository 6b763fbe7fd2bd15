#include <base/text.hpp>
#include <cloud/api_token.hpp>
#include <cloud/identity.hpp>
#include <commands/auth.hpp>
#include <commands/cloud_support.hpp>
#include <commands/secret.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

/// `account`: also tell what roles the credentials have there.
Result<int> whoami(const std::optional<std::string>& account_id, Context& context) {
  PYW_TRY_ASSIGN(auto credentials,
                 cloud::require_credentials(context.world.environment, context.world.files));
  const bool stored = credentials.source == cloud::CredentialSource::file;
  cloud::Api api(context.world, std::move(credentials));
  PYW_TRY_ASSIGN(const auto identity, cloud::read_identity(api));
  const auto roles = account_id ? cloud::membership_roles(api, *account_id) : std::vector<std::string>{};
  if (context.options.format == OutputFormat::json) {
    auto accounts = cloud::Json::array();
    for (const auto& account : identity.accounts) {
      accounts.push_back({{"name", account.name}, {"id", account.id}});
    }
    print_json(
        context,
        {{"loggedIn", true}, {"authType", identity.kind}, {"email", identity.email}, {"accounts", accounts}});
    return 0;
  }
  context.world.reporter.message(fmt::format("{}{}, {}",
                                             identity.kind,
                                             identity.email.empty() ? "" : " of " + identity.email,
                                             stored ? "stored by `pyw auth login`" : "from the environment"));
  std::vector<std::vector<std::string>> rows;
  for (const auto& account : identity.accounts) {
    rows.push_back({account.id, account.name});
  }
  print_table(context, {"account", "name"}, rows);
  if (account_id) {
    context.world.reporter.message(
        roles.empty() ? fmt::format("Nothing is known of their roles in the account {}", *account_id)
                      : fmt::format("Their roles in the account {}: {}", *account_id, join(roles, ", ")));
  }
  return 0;
}

Runner declare_whoami(CLI::App& app) {
  auto account = std::make_shared<std::optional<std::string>>();
  app.add_option("--account", *account, "also show the roles in this account");
  return [account](Context& context) { return whoami(*account, context); };
}

Result<int> log_in(Context& context) {
  PYW_TRY_ASSIGN(const auto given, read_secret_value(context, "the API token"));
  if (trim(given.reveal()).empty()) {
    return failure(usage_error("no token was given", {"pipe it in: `pyw auth login < token-file`"}));
  }
  PYW_TRY_ASSIGN(auto token, cloud::checked_token(trim(given.reveal()), "the input"));
  // Checked before it is kept: a wrong one would only fail later, and elsewhere.
  cloud::Api api(context.world, {cloud::ApiToken{token}, cloud::CredentialSource::file});
  PYW_TRY_ASSIGN(const auto identity, cloud::read_identity(api));
  const auto file = cloud::token_file(context.world.environment);
  PYW_TRY(context.world.files.write(file, token.reveal() + "\n", 0600));
  context.world.reporter.message(fmt::format("Stored the {}{} in {}",
                                             identity.kind,
                                             identity.email.empty() ? "" : " of " + identity.email,
                                             file.string()));
  return 0;
}

Result<int> log_out(Context& context) {
  PYW_TRY(context.world.files.remove_all(cloud::token_file(context.world.environment)));
  context.world.reporter.message("No token is stored any more");
  return 0;
}

} // namespace

CommandEntry auth_command() {
  return {
      "auth",
      "store or forget the platform's API token",
      Group::cloud,
      {{"pyw auth login < token-file", "check a token and store it, readable by you only"},
       {"pyw auth logout", "forget it"}},
      [](CLI::App& app) {
        return declare_subcommands(
            app,
            {{"login",
              "check an API token from stdin and store it",
              [](CLI::App&) -> Runner { return log_in; }},
             {"logout", "remove the stored token", [](CLI::App&) -> Runner { return log_out; }},
             {"whoami", "whose credentials these are", declare_whoami}});
      },
  };
}

CommandEntry whoami_command() {
  return {
      "whoami",
      "whose credentials are in use, and which accounts they see",
      Group::cloud,
      {{"pyw whoami", "from CLOUDFLARE_API_TOKEN or the stored token"}},
      declare_whoami,
  };
}

} // namespace pyw::commands

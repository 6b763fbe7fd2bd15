#include <base/json.hpp>
#include <commands/cloud_support.hpp>
#include <commands/edge_support.hpp>
#include <edge/api.hpp>
#include <edge/data_places.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<Path> data;
  std::string account = "default";
  std::string name = "token";
  std::string scopes = "write";
  std::string which;
};

void add_data_option(CLI::App& app, Options& options) {
  app.add_option("--data", options.data, "the server's folder (default: ~/.local/share/pyw/edge)")
      ->type_name("DIR");
}

/// An account's name becomes a label of host names.
bool is_account_name(const std::string& name) {
  return !name.empty() && name.size() <= 63 && name.front() != '-' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

Result<int> create(const Options& options, Context& context) {
  if (!is_account_name(options.account)) {
    return failure(usage_error("an account's name has lower-case letters, digits and `-`"));
  }
  PYW_TRY_ASSIGN(auto records, edge::open_records(edge_data(options.data, context), context.world));
  PYW_TRY_ASSIGN(
      const auto made,
      edge::create_token(
          records, options.account, options.name, options.scopes == "read" ? "read" : "read write"));
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    reporter.data(Json{{"id", made.token.id},
                       {"account", options.account},
                       {"account_id", made.token.account},
                       {"scopes", made.token.scopes},
                       {"token", made.value.reveal()}} // asked for: it is shown this once
                      .dump() +
                  "\n");
    return 0;
  }
  reporter.message("Keep it now, it is not shown again; CLOUDFLARE_API_TOKEN takes it:");
  reporter.data(made.value.reveal() + "\n");
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto records, edge::open_records(edge_data(options.data, context), context.world));
  PYW_TRY_ASSIGN(const auto tokens, records.tokens());
  auto all = Json::array();
  for (const auto& token : tokens) {
    PYW_TRY_ASSIGN(const auto account, records.find_account(token.account));
    Json line = {{"id", token.id},
                 {"name", token.name},
                 {"account", account ? account->name : ""},
                 {"scopes", token.scopes},
                 {"created", token.created},
                 {"revoked", token.revoked ? Json(*token.revoked) : Json(nullptr)}};
    if (context.options.format == OutputFormat::text) {
      context.world.reporter.data(fmt::format("{}  {:<12} {:<12} {:<10} {}{}\n",
                                              token.id,
                                              account ? account->name : "",
                                              token.name,
                                              token.scopes,
                                              token.created,
                                              token.revoked ? "  revoked" : ""));
    }
    all.push_back(std::move(line));
  }
  if (context.options.format == OutputFormat::json) {
    context.world.reporter.data(all.dump() + "\n");
  }
  return 0;
}

Result<int> revoke(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto records, edge::open_records(edge_data(options.data, context), context.world));
  PYW_TRY_ASSIGN(const auto was_there, records.revoke_token(options.which));
  if (!was_there) {
    return failure(user_error(fmt::format("there is no token `{}` that is in force", options.which),
                              {"`pyw edge token list` has them"}));
  }
  context.world.reporter.message("Revoked: it is refused from now on");
  return 0;
}

} // namespace

Runner declare_edge_token(CLI::App& app) {
  return declare_subcommands(
      app,
      {{"create",
        "make a token and show it once",
        [](CLI::App& sub) -> Runner {
          auto options = std::make_shared<Options>();
          add_data_option(sub, *options);
          sub.add_option(
                 "--account", options->account, "whose Workers it is for; made when new (default: default)")
              ->type_name("NAME");
          sub.add_option("--name", options->name, "to know it by in the list (default: token)")
              ->type_name("NAME");
          sub.add_option(
                 "--scope", options->scopes, "read, or write, which may read as well (default: write)")
              ->check(CLI::IsMember({"read", "write"}));
          return [options](Context& context) { return create(*options, context); };
        }},
       {"list",
        "all tokens, without their values",
        [](CLI::App& sub) -> Runner {
          auto options = std::make_shared<Options>();
          add_data_option(sub, *options);
          return [options](Context& context) { return list(*options, context); };
        }},
       {"revoke", "end a token, at once", [](CLI::App& sub) -> Runner {
          auto options = std::make_shared<Options>();
          add_data_option(sub, *options);
          sub.add_option("which", options->which, "its id or name")->required();
          return [options](Context& context) { return revoke(*options, context); };
        }}});
}

} // namespace pyw::commands

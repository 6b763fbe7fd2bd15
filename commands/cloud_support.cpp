#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/identity.hpp>
#include <cloud/timestamp.hpp>
#include <commands/cloud_support.hpp>
#include <net/url.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

namespace pyw::commands {

namespace {

bool is_ci(const Environment& environment) {
  const auto value = environment.get_nonempty("CI");
  return value && *value != "false" && *value != "0";
}

/// Where the account of these credentials is remembered; the name tells them apart without holding them.
Path account_file(const Context& context, const cloud::Api& api) {
  const auto& credentials = api.credentials();
  const auto* token = std::get_if<cloud::ApiToken>(&credentials.value);
  const auto& secret = token != nullptr ? token->token : std::get<cloud::GlobalKey>(credentials.value).key;
  const auto id = sha256_hex(api.base_url() + "\n" + secret.reveal());
  return context.world.environment.cache_directory() / "accounts" / id.substr(0, 32);
}

Result<std::string> find_account(Context& context, cloud::Api& api, const config::Project* project) {
  if (project != nullptr && project->account_id) {
    return project->account_id->value;
  }
  for (const auto* name : {"CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"}) {
    if (auto id = context.world.environment.get_nonempty(name)) {
      return *id;
    }
  }
  const auto file = account_file(context, api);
  PYW_TRY_ASSIGN(const auto remembered, context.world.files.read_if_exists(file));
  if (remembered && !trim(*remembered).empty()) {
    return std::string(trim(*remembered));
  }
  PYW_TRY_ASSIGN(const auto accounts, cloud::usable_accounts(api));
  if (accounts.empty()) {
    return failure(user_error("these credentials see no account",
                              {"set CLOUDFLARE_ACCOUNT_ID, or `account_id` in the wrangler file"}));
  }
  if (accounts.size() > 1) {
    std::vector<std::string> hints{
        "set CLOUDFLARE_ACCOUNT_ID, or `account_id` in the wrangler file, to one of:"};
    for (const auto& account : accounts) {
      hints.push_back(is_ci(context.world.environment) ? account.id
                                                       : fmt::format("{}  {}", account.id, account.name));
    }
    return failure(user_error("these credentials see several accounts", std::move(hints)));
  }
  // Not being able to remember it only costs two requests next time.
  static_cast<void>(context.world.files.write(file, accounts.front().id + "\n", 0600));
  return accounts.front().id;
}

/// The account in "/accounts/ID/…" of an error's text; empty when there is none.
std::string account_in(std::string_view message) {
  constexpr std::string_view marker = "/accounts/";
  const auto at = message.find(marker);
  if (at == std::string_view::npos) {
    return "";
  }
  const auto rest = message.substr(at + marker.size());
  return std::string(rest.substr(0, rest.find_first_of("/ ")));
}

bool is_authentication(const Error& error) {
  const auto message = error.message();
  return message.starts_with("the Cloudflare API refused") &&
         (message.find("[code: 10000]") != std::string_view::npos ||
          message.find("[code: 9106]") != std::string_view::npos);
}

/// Adds whose credentials these are, as far as the API tells.
Error with_identity(Error error, Context& context) {
  auto credentials = cloud::find_credentials(context.world.environment, context.world.files);
  if (!credentials || !*credentials) {
    return error;
  }
  cloud::Api api(context.world, **credentials);
  auto& hints = error.diagnostics.front().hints;
  const auto identity = cloud::read_identity(api);
  if (!identity) {
    hints.emplace_back("the credentials are not valid at all");
    return error;
  }
  hints.push_back(fmt::format("these credentials are a {}{}",
                              identity->kind,
                              identity->email.empty() ? "" : " of " + identity->email));
  const auto account = account_in(error.message());
  const auto known = [&](const cloud::Account& item) { return item.id == account; };
  if (!account.empty() && std::none_of(identity->accounts.begin(), identity->accounts.end(), known)) {
    hints.push_back(
        fmt::format("they do not see the account {}: check `account_id` and CLOUDFLARE_ACCOUNT_ID", account));
  } else if (const auto roles =
                 account.empty() ? std::vector<std::string>{} : cloud::membership_roles(api, account);
             !roles.empty()) {
    hints.push_back("their roles in the account: " + join(roles, ", "));
  }
  return error;
}

/// Whether what is sent there is not read on the way.
bool is_private(const std::string& url) {
  const auto host = net::host_of(url);
  const auto name = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return url.starts_with("https://") ||
         (url.starts_with("http://") && (name == "127.0.0.1" || name == "localhost" || name == "[::1]"));
}

config::LoadOptions load_options(const Context& context, config::Purpose purpose) {
  config::LoadOptions options;
  options.start_directory = context.options.directory;
  options.config = context.options.config;
  options.environment = context.options.environment;
  options.purpose = purpose;
  options.today = config::today_utc(context.world.clock.now());
  return options;
}

} // namespace

Runner declare_subcommands(CLI::App& app, std::vector<Subcommand> commands) {
  auto runners = std::make_shared<std::vector<std::pair<CLI::App*, Runner>>>();
  app.require_subcommand(0, 1);
  for (auto& command : commands) {
    auto* sub = app.add_subcommand(command.name, command.summary);
    sub->set_help_flag("-h,--help", "show this help");
    sub->fallthrough();
    runners->emplace_back(sub, command.declare(*sub));
  }
  const auto name = app.get_name();
  return [runners, name](Context& context) -> Result<int> {
    for (const auto& [sub, runner] : *runners) {
      if (sub->parsed()) {
        return runner(context);
      }
    }
    std::vector<std::string> names;
    for (const auto& [sub, runner] : *runners) {
      names.push_back(sub->get_name());
    }
    return failure(
        usage_error(fmt::format("`{}` needs a subcommand", name), {"one of: " + join(names, ", ")}));
  };
}

CommandEntry explaining_identity(CommandEntry entry) {
  entry.declare = [declare = std::move(entry.declare)](CLI::App& app) -> Runner {
    return [run = declare(app)](Context& context) -> Result<int> {
      auto outcome = run(context);
      if (!outcome && is_authentication(outcome.error())) {
        return failure(with_identity(std::move(outcome.error()), context));
      }
      return outcome;
    };
  };
  return entry;
}

Result<std::optional<config::Project>> find_project(Context& context, config::Purpose purpose) {
  if (!context.options.config && !config::find_config_file(context.world.files, context.options.directory)) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto project, require_project(context, purpose));
  return project;
}

Result<config::Project> require_project(Context& context, config::Purpose purpose) {
  PYW_TRY_ASSIGN(
      auto loaded,
      config::load_project(context.world.files, context.world.environment, load_options(context, purpose)));
  for (const auto& warning : loaded.warnings) {
    context.world.reporter.report(warning);
  }
  return std::move(loaded.project);
}

Result<CloudSession>
open_session(Context& context, const config::Project* project, const std::optional<std::string>& target) {
  if (target && !is_private(*target)) {
    return failure(usage_error(fmt::format("credentials are not sent to `{}`", *target),
                               {"give an https:// address, or one of this machine"}));
  }
  PYW_TRY_ASSIGN(auto credentials,
                 cloud::require_credentials(context.world.environment, context.world.files));
  CloudSession session{cloud::Api(context.world, std::move(credentials), target), {}};
  PYW_TRY_ASSIGN(session.account, find_account(context, session.api, project));
  return session;
}

Result<std::string> worker_name(const std::optional<std::string>& option,
                                const std::optional<config::Project>& project) {
  if (option) {
    return *option;
  }
  if (project && project->name_is_configured) {
    return project->name.value;
  }
  return failure(
      user_error("which Worker is meant?", {"pass `--name NAME`, or set `name` in the wrangler file"}));
}

cloud::Interaction interaction_of(const Context& context) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
  return terminal && !is_ci(context.world.environment) ? cloud::Interaction::terminal
                                                       : cloud::Interaction::none;
}

cloud::Confirm make_confirm(Context& context, bool fallback) {
  if (interaction_of(context) == cloud::Interaction::none) {
    return [fallback](const std::string&) { return fallback; };
  }
  auto& reporter = context.world.reporter;
  return [&reporter](const std::string& question) {
    reporter.message(question + " [y/N]");
    std::string answer;
    std::getline(std::cin, answer);
    const auto word = to_lower(trim(answer));
    return word == "y" || word == "yes";
  };
}

Result<std::string> read_standard_input() {
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

void print_json(Context& context, const cloud::Json& json) {
  context.world.reporter.data(json.dump(2, ' ', false, cloud::Json::error_handler_t::replace) + "\n");
}

void print_table(Context& context,
                 const std::vector<std::string>& header,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < header.size(); ++column) {
    auto width = header[column].size();
    for (const auto& row : rows) {
      width = std::max(width, row[column].size());
    }
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      text +=
          column + 1 == cells.size() ? cells[column] : fmt::format("{:<{}}  ", cells[column], widths[column]);
    }
    context.world.reporter.data(text + "\n");
  };
  line(header);
  for (const auto& row : rows) {
    line(row);
  }
}

Result<void> write_output(Context& context, const cloud::Json& entry) {
  const auto& environment = context.world.environment;
  auto path = environment.get_nonempty("WRANGLER_OUTPUT_FILE_PATH").value_or("");
  if (path.empty()) {
    const auto directory = environment.get_nonempty("WRANGLER_OUTPUT_FILE_DIRECTORY");
    if (!directory) {
      return {};
    }
    path = (Path(*directory) / fmt::format("pyw-output-{}.json", ::getpid())).string();
  }
  const auto file = context.options.directory / path;
  const auto timestamp = cloud::iso_timestamp(context.world.clock.now());
  auto stamped = entry;
  stamped["timestamp"] = timestamp;
  PYW_TRY_ASSIGN(const auto before, context.world.files.read_if_exists(file));
  auto text = before.value_or("");
  if (text.empty()) {
    text = cloud::Json{{"type", "wrangler-session"},
                       {"version", 1},
                       {"pyw_version", PYW_VERSION},
                       {"timestamp", timestamp}}
               .dump() +
           "\n";
  }
  return context.world.files.write(file, text + stamped.dump() + "\n");
}

} // namespace pyw::commands

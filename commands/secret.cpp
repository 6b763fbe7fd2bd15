#include <base/defer.hpp>
#include <base/text.hpp>
#include <cloud/multipart.hpp>
#include <cloud/remote_state.hpp>
#include <commands/secret.hpp>
#include <commands/secrets_file.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>

namespace pyw::commands {

namespace {

constexpr int version_not_deployed = 10215;
constexpr int settings_not_deployed = 10214;

struct Options {
  std::optional<std::string> name;
  std::string key;
  std::optional<std::string> file;
  std::string format = "json";
};

struct Owner {
  CloudSession session;
  std::string script;
  std::string path; ///< "/accounts/…/workers/scripts/NAME"
};

Result<Owner> open_owner(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(auto script, secret_owner(options.name, project, context));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  auto path = cloud::account_path(session.account) + "/workers/scripts/" + script;
  return Owner{std::move(session), std::move(script), std::move(path)};
}

Error explain(const cloud::ApiFailure& failure) {
  auto error = to_error(failure);
  if (failure.code == version_not_deployed || failure.code == settings_not_deployed) {
    error.diagnostics.front().hints = {
        "the latest version is not the deployed one: a secret changed now would deploy it",
        "`pyw versions secret put` makes a new version instead; or deploy the latest first"};
  }
  return error;
}

/// A Worker that answers with nothing, so that there is something to hold the secret.
Result<void> make_draft(Owner& owner, Context& context) {
  context.world.reporter.message(
      fmt::format("There is no Worker `{}` yet: making an empty one for its secrets", owner.script));
  const cloud::Json metadata = {
      {"main_module", owner.script}, {"bindings", cloud::Json::array()}, {"logpush", false}};
  auto body = cloud::encode_multipart(
      {cloud::text_part("metadata", metadata.dump()),
       cloud::bytes_part(owner.script, "application/javascript+module", "export default { fetch() {} }")},
      context.world.files);
  cloud::Call call;
  call.method = "PUT";
  call.path = owner.path;
  call.headers.emplace_back("Content-Type", std::move(body.content_type));
  call.stream = std::move(body.stream);
  PYW_TRY(owner.session.api.require(call));
  return {};
}

/// Sends; where the Worker does not exist yet, makes it and sends again.
Result<cloud::Json> send_or_draft(Owner& owner, const cloud::Call& call, bool draft, Context& context) {
  auto answer = owner.session.api.call(call);
  if (!answer && draft && answer.error().is_worker_not_found()) {
    if (!make_confirm(context, true)(fmt::format("make a Worker `{}`?", owner.script))) {
      return failure(user_error("no secret was set"));
    }
    PYW_TRY(make_draft(owner, context));
    answer = owner.session.api.call(call);
  }
  if (!answer) {
    return failure(explain(answer.error()));
  }
  return std::move(*answer);
}

Result<int> put(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto owner, open_owner(options, context));
  PYW_TRY_ASSIGN(const auto value, read_some_secret(context, options.key));
  const auto call =
      cloud::with_json("PUT",
                       owner.path + "/secrets",
                       {{"name", options.key}, {"text", value.reveal()}, {"type", "secret_text"}});
  PYW_TRY(send_or_draft(owner, call, true, context));
  context.world.reporter.message(fmt::format("Set the secret `{}` of `{}`", options.key, owner.script));
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto owner, open_owner(options, context));
  PYW_TRY_ASSIGN(const auto secrets, owner.session.api.require(cloud::get(owner.path + "/secrets")));
  if (options.format == "json") {
    print_json(context, secrets);
    return 0;
  }
  for (const auto& secret : secrets) {
    context.world.reporter.data(text_at(secret, "name") + "\n");
  }
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto owner, open_owner(options, context));
  if (!make_confirm(context, true)(
          fmt::format("Delete the secret `{}` of `{}` for good?", options.key, owner.script))) {
    return 1;
  }
  auto call =
      cloud::get(owner.path + "/secrets/" + cloud::escape_component(options.key), {{"url_encoded", "true"}});
  call.method = "DELETE";
  PYW_TRY(send_or_draft(owner, call, false, context));
  context.world.reporter.message(fmt::format("Deleted the secret `{}` of `{}`", options.key, owner.script));
  return 0;
}

Result<int> bulk(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto owner, open_owner(options, context));
  PYW_TRY_ASSIGN(const auto secrets, read_bulk_secrets(context, options.file));
  auto body = cloud::Json::object();
  bool creates = false;
  for (const auto& [name, value] : secrets) {
    body[name] = value ? cloud::Json{{"name", name}, {"text", value->reveal()}, {"type", "secret_text"}}
                       : cloud::Json();
    creates = creates || value.has_value();
  }
  auto call = cloud::with_json("PATCH", owner.path + "/secrets-bulk", {{"secrets", body}});
  call.headers = {{"Content-Type", "application/merge-patch+json"}};
  PYW_TRY(send_or_draft(owner, call, creates, context));
  for (const auto& [name, value] : secrets) {
    context.world.reporter.message(fmt::format("{} the secret `{}`", value ? "Set" : "Deleted", name));
  }
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--name", options->name, "the Worker");
  return options;
}

Runner declare_put(CLI::App& app) {
  auto options = common(app);
  app.add_option("key", options->key, "the secret's name")->required();
  return [options](Context& context) { return put(*options, context); };
}

Runner declare_delete(CLI::App& app) {
  auto options = common(app);
  app.add_option("key", options->key, "the secret's name")->required();
  return [options](Context& context) { return remove(*options, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = common(app);
  app.add_option("--format", options->format, "json or pretty")->check(CLI::IsMember({"json", "pretty"}));
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_bulk(CLI::App& app) {
  auto options = common(app);
  app.add_option("file", options->file, "JSON or .env; else stdin");
  return [options](Context& context) { return bulk(*options, context); };
}

} // namespace

Result<Secret> read_secret_value(Context& context, const std::string& name) {
  std::string value;
  if (::isatty(STDIN_FILENO) == 1) {
    context.world.reporter.message(fmt::format("The value of `{}` (not shown):", name));
    termios before{};
    ::tcgetattr(STDIN_FILENO, &before);
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    const Defer restore([&] { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before); });
    std::getline(std::cin, value);
  } else {
    PYW_TRY_ASSIGN(value, read_standard_input());
  }
  while (!value.empty() && std::string_view(" \t\r\n\v\f").find(value.back()) != std::string_view::npos) {
    value.pop_back();
  }
  return Secret(std::move(value));
}

Result<Secret> read_some_secret(Context& context, const std::string& key) {
  PYW_TRY_ASSIGN(auto value, read_secret_value(context, key));
  if (value.empty()) { // `< /dev/null`, a variable that is not set: an empty one would take the place of the
                       // good one
    return failure(usage_error(fmt::format("no value was given for the secret `{}`", key),
                               {fmt::format("pipe it in: `pyw secret put {} < FILE`; `pyw secret delete {}` "
                                            "takes one away",
                                            key,
                                            key)}));
  }
  return value;
}

Result<std::vector<std::pair<std::string, std::optional<Secret>>>>
read_bulk_secrets(Context& context, const std::optional<std::string>& file) {
  if (!file) {
    PYW_TRY_ASSIGN(const auto text, read_standard_input());
    return parse_secrets(text);
  }
  const auto path = context.options.directory / *file;
  PYW_TRY_ASSIGN(const auto text, context.world.files.read(path));
  auto parsed = parse_secrets(text);
  return parsed ? std::move(parsed) : failure(with_context(std::move(parsed.error()), path.string()));
}

Result<std::string> secret_owner(const std::optional<std::string>& name,
                                 const std::optional<config::Project>& project,
                                 const Context& context) {
  const auto& environment = context.options.environment;
  if (name && environment && !environment->empty()) {
    return *name + "-" + *environment;
  }
  return worker_name(name, project);
}

CommandEntry secret_command() {
  return {
      "secret",
      "secrets of the live Worker",
      Group::cloud,
      {{"echo \"$KEY\" | pyw secret put API_KEY", "set one from stdin"},
       {"pyw secret bulk secrets.json", "set many"},
       {"pyw secret list", "their names"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"put", "set a secret, read from stdin", declare_put},
                                    {"list", "the names of the secrets", declare_list},
                                    {"delete", "remove a secret", declare_delete},
                                    {"bulk", "set or remove many at once", declare_bulk}});
      },
  };
}

} // namespace pyw::commands

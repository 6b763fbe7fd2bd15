#include <base/text.hpp>
#include <cloud/remote_state.hpp>
#include <commands/secret.hpp>
#include <commands/secrets_file.hpp>
#include <commands/versions_secret.hpp>
#include <commands/versions_support.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<std::string> name;
  std::string key;
  std::optional<std::string> file;
  std::optional<std::string> message;
  std::optional<std::string> tag;
  bool latest_version = false;
};

using Secrets = std::vector<std::pair<std::string, std::optional<Secret>>>;

/// Makes a new version from the latest one with other secrets.
Result<int> patch_latest(const Options& options,
                         const Secrets& secrets,
                         const std::string& default_message,
                         Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, secret_owner(options.name, project, context));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  auto environment = cloud::Json::object();
  for (const auto& [name, value] : secrets) {
    environment[name] =
        value ? cloud::Json{{"type", "secret_text"}, {"text", value->reveal()}} : cloud::Json();
  }
  cloud::Json annotations = {{"workers/message", options.message.value_or(default_message)}};
  if (options.tag) {
    annotations["workers/tag"] = *options.tag;
  }
  auto call = cloud::with_json("PATCH",
                               cloud::account_path(session.account) + "/workers/workers/" + script +
                                   "/versions/latest",
                               {{"env", environment}, {"annotations", annotations}});
  call.headers = {{"Content-Type", "application/merge-patch+json"}};
  PYW_TRY_ASSIGN(const auto version, session.api.require(call));
  if (context.options.format == OutputFormat::json) {
    print_json(context, version);
  } else {
    context.world.reporter.message(
        fmt::format("Made version {} of `{}`; `pyw versions deploy {}@100` sends traffic to it",
                    text_at(version, "id"),
                    script,
                    text_at(version, "id")));
  }
  return 0;
}

Result<int> put(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto value, read_some_secret(context, options.key));
  return patch_latest(
      options, {{options.key, std::move(value)}}, fmt::format("Updated secret \"{}\"", options.key), context);
}

Result<int> remove(const Options& options, Context& context) {
  if (!make_confirm(context, true)(fmt::format("Delete the secret `{}` for good?", options.key))) {
    return 1;
  }
  return patch_latest(
      options, {{options.key, std::nullopt}}, fmt::format("Deleted secret \"{}\"", options.key), context);
}

Result<int> bulk(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto secrets, read_bulk_secrets(context, options.file));
  return patch_latest(options, secrets, fmt::format("Bulk updated {} secrets", secrets.size()), context);
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, secret_owner(options.name, project, context));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  std::vector<cloud::Json> versions;
  if (options.latest_version) {
    PYW_TRY_ASSIGN(const auto recent, session.api.require(cloud::get(reader.path() + "/versions")));
    const auto items =
        recent.is_object() ? recent.value("items", cloud::Json::array()) : cloud::Json::array();
    if (items.empty()) {
      return failure(
          user_error(fmt::format("`{}` has no versions", script), {"`pyw versions upload` makes one"}));
    }
    versions.push_back(items.front());
    PYW_TRY(
        reader.deployments()); // the platform's client asks for them too; a Worker without any is an error
  } else {
    PYW_TRY_ASSIGN(const auto deployments, reader.deployments());
    for (const auto& [id, share] : deployments.empty() ? traffic_of({}) : traffic_of(deployments.front())) {
      PYW_TRY_ASSIGN(auto version, reader.version(id));
      versions.push_back(std::move(version));
    }
  }
  for (const auto& version : versions) {
    const auto resources = version.value("resources", cloud::Json::object());
    for (const auto& binding : resources.value("bindings", cloud::Json::array())) {
      if (text_at(binding, "type") == "secret_text") {
        context.world.reporter.data(
            fmt::format("{}  {}\n", text_at(version, "id"), text_at(binding, "name")));
      }
    }
  }
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--name", options->name, "the Worker");
  app.add_option("--message", options->message, "what this version is about");
  app.add_option("--tag", options->tag, "a name for this version");
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

Runner declare_bulk(CLI::App& app) {
  auto options = common(app);
  app.add_option("file", options->file, "JSON or .env; else stdin");
  return [options](Context& context) { return bulk(*options, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = common(app);
  app.add_flag("--latest-version", options->latest_version, "of the latest version, deployed or not");
  return [options](Context& context) { return list(*options, context); };
}

} // namespace

Runner declare_versions_secret(CLI::App& app) {
  return declare_subcommands(app,
                             {{"put", "set a secret, read from stdin", declare_put},
                              {"delete", "remove a secret", declare_delete},
                              {"bulk", "set many", declare_bulk},
                              {"list", "the names of the secrets", declare_list}});
}

} // namespace pyw::commands

#include <commands/deploy.hpp>
#include <commands/versions.hpp>
#include <commands/versions_deploy.hpp>
#include <commands/versions_secret.hpp>
#include <commands/versions_support.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

constexpr std::size_t listed_versions = 10;

struct Options {
  std::optional<std::string> name;
  std::string version;
};

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  PYW_TRY_ASSIGN(auto versions, reader.deployable());
  if (versions.size() > listed_versions) {
    versions.erase(versions.begin(), versions.end() - listed_versions);
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, cloud::Json(versions));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& version : versions) {
    rows.push_back(version_row(version));
  }
  print_table(context, version_header(), rows);
  return 0;
}

Result<int> view(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  VersionReader reader(session, script);
  PYW_TRY_ASSIGN(const auto version, reader.version(options.version));
  if (context.options.format == OutputFormat::json) {
    print_json(context, version);
    return 0;
  }
  print_table(context, version_header(), {version_row(version)});
  const auto resources = version.value("resources", cloud::Json::object());
  for (const auto& binding : resources.value("bindings", cloud::Json::array())) {
    context.world.reporter.data("  env." + text_at(binding, "name") + "  " + text_at(binding, "type") + "\n");
  }
  return 0;
}

Runner declare_upload(CLI::App& app) {
  auto options = std::make_shared<DeployOptions>();
  declare_deploy_options(app, *options, cloud::Upload::version);
  return [options](Context& context) { return run_upload(*options, cloud::Upload::version, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--name", options->name, "the Worker");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_view(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("version-id", options->version, "the version")->required();
  app.add_option("--name", options->name, "the Worker");
  return [options](Context& context) { return view(*options, context); };
}

} // namespace

CommandEntry versions_command() {
  return {
      "versions",
      "upload, list and roll out versions of the Worker",
      Group::cloud,
      {{"pyw versions upload --message 'try this'", "upload without sending traffic to it"},
       {"pyw versions list", "the ten latest"},
       {"pyw versions deploy ID@10 OLD@90", "send a tenth of the traffic to a version"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"upload", "upload a version without deploying it", declare_upload},
                                    {"list", "the latest versions", declare_list},
                                    {"view", "one version", declare_view},
                                    {"deploy", "split the traffic between versions", declare_versions_deploy},
                                    {"secret", "secrets of the next version", declare_versions_secret}});
      },
  };
}

} // namespace pyw::commands

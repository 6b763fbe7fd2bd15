#include <commands/packages.hpp>
#include <commands/project_loading.hpp>
#include <commands/sync.hpp>
#include <python/edit_requirements.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct PackagesOptions {
  std::vector<std::string> packages;
};

Result<int> run_edit(python::Edit edit, const PackagesOptions& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, load_project(context, config::Purpose::sync));
  const auto reload = [&] { return load_project(context, config::Purpose::sync); };
  const bool offline = context.options.network == Network::offline;
  PYW_TRY_ASSIGN(const auto result,
                 python::edit_and_sync(context.world, project, {edit, options.packages, offline}, reload));
  report_sync(context, project, result);
  return 0;
}

Runner declare(CLI::App& app, python::Edit edit, const std::string& help) {
  auto options = std::make_shared<PackagesOptions>();
  app.add_option("packages", options->packages, help)->required()->type_name("PACKAGE");
  return [options, edit](Context& context) { return run_edit(edit, *options, context); };
}

} // namespace

CommandEntry add_command() {
  return {
      "add",
      "add packages to pyproject.toml and install them",
      Group::project,
      {{"pyw add fastapi", "the newest version, and newer ones later"},
       {"pyw add 'httpx>=0.28' 'pydantic[email]'", "with conditions and extras"}},
      [](CLI::App& app) {
        return declare(app, python::Edit::add, "names, with versions and extras as pip takes them");
      },
  };
}

CommandEntry remove_command() {
  return {
      "remove",
      "take packages out of pyproject.toml and python_modules",
      Group::project,
      {{"pyw remove httpx", "with everything that only it needed"}},
      [](CLI::App& app) { return declare(app, python::Edit::remove, "names"); },
  };
}

} // namespace pyw::commands

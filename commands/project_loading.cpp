#include <commands/project_loading.hpp>

namespace pyw::commands {

Result<config::Project> load_project(Context& context, config::Purpose purpose, config::SecretFiles secrets) {
  config::LoadOptions options;
  options.start_directory = context.options.directory;
  options.config = context.options.config;
  options.environment = context.options.environment;
  options.purpose = purpose;
  options.secrets = secrets;
  options.today = config::today_utc(context.world.clock.now());
  PYW_TRY_ASSIGN(auto loaded, config::load_project(context.world.files, context.world.environment, options));
  for (const auto& warning : loaded.warnings) {
    context.world.reporter.report(warning);
  }
  return std::move(loaded.project);
}

} // namespace pyw::commands

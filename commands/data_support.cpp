#include <base/suggest.hpp>
#include <commands/data_support.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace pyw::commands {

void declare_place(CLI::App& app, DataPlace& place, DefaultPlace without) {
  const bool local = without == DefaultPlace::local;
  auto* remote = app.add_flag("--remote", place.remote, local ? "the live data" : "the live data (default)");
  app.add_flag("--local", place.local, local ? "the data of `pyw dev` (default)" : "the data of `pyw dev`")
      ->excludes(remote);
  declare_persist_to(app, place.persist_to);
  app.get_option("--persist-to")->excludes(remote);
}

void declare_persist_to(CLI::App& app, std::optional<std::string>& folder) {
  app.add_option("--persist-to",
                 folder,
                 "where local data is kept (default: .pyw/state; .wrangler/state: shared with wrangler)")
      ->type_name("DIR");
}

Result<DataSession> open_data(Context& context) {
  PYW_TRY_ASSIGN(auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  auto base = cloud::account_path(session.account);
  return DataSession{std::move(project), std::nullopt, std::move(session), std::move(base)};
}

Result<DataSession>
open_data(Context& context, const DataPlace& place, DefaultPlace without, LocalNeeds needs) {
  const bool local = place.local || (without == DefaultPlace::local && !place.remote);
  if (!local) {
    return open_data(context);
  }
  PYW_TRY_ASSIGN(auto project, require_project(context, config::Purpose::inspect));
  return open_local_data(context, std::move(project), place.persist_to, needs);
}

Result<DataSession> open_local_data(Context& context,
                                    config::Project project,
                                    const std::optional<std::string>& persist_to,
                                    LocalNeeds needs) {
  const auto state = state_directory(context, project, persist_to);
  PYW_TRY_ASSIGN(auto local, LocalData::open(project, state, needs, context));
  CloudSession session{cloud::Api(context.world, local.api()), "local"};
  return DataSession{std::move(project), std::move(local), std::move(session), "/accounts/local"};
}

void declare_sql(CLI::App& app, std::optional<std::string>& command, std::optional<std::string>& file) {
  app.add_option("--command", command, "SQL");
  app.add_option("--file", file, "a file of SQL");
}

Result<std::string>
sql_of(const std::optional<std::string>& command, const std::optional<std::string>& file, Context& context) {
  if (command.has_value() == file.has_value()) {
    return failure(usage_error("give either `--command SQL` or `--file FILE`"));
  }
  return command ? *command : context.world.files.read(context.options.directory / *file);
}

Result<HttpBodyStream> stream_of_file(FileSystem& files, const Path& path) {
  PYW_TRY_ASSIGN(const auto status, files.status(path));
  if (!status) {
    return failure(user_error(fmt::format("`{}` does not exist", path.string())));
  }
  PYW_TRY_ASSIGN(auto first, files.open(path));
  const auto reader = std::make_shared<std::unique_ptr<FileReader>>(std::move(first));
  HttpBodyStream stream;
  stream.size = status->size;
  stream.read = [reader](char* buffer, std::size_t size) { return (*reader)->read(buffer, size); };
  stream.rewind = [reader, &files, path] {
    if (auto again = files.open(path)) {
      *reader = std::move(*again);
    }
  };
  return stream;
}

Error unknown_binding(std::string_view what,
                      std::string_view name,
                      std::vector<std::string> known,
                      std::string_view key) {
  std::ranges::sort(known);
  const auto doubles = std::ranges::unique(known);
  known.erase(doubles.begin(), doubles.end());
  const auto meant = nearest(name, known);
  return user_error(fmt::format("the configuration has no {} `{}`", what, name),
                    {meant           ? fmt::format("did you mean `{}`?", *meant)
                     : known.empty() ? fmt::format("`{}` in the wrangler file declares one", key)
                                     : fmt::format("it has `{}`", fmt::join(known, "`, `"))});
}

void declare_creation_options(CLI::App& app) {
  app.add_option("--binding")->group("");
  app.add_flag("--update-config,!--no-update-config")->group("");
  app.add_flag("--use-remote,!--no-use-remote")->group("");
}

} // namespace pyw::commands

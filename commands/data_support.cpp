#include <commands/data_support.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>

namespace pyw::commands {

void declare_place(CLI::App& app, DataPlace& place) {
  app.add_flag("--remote", place.remote, "the live data");
  app.add_flag("--local", place.local, "the data of `pyw dev`");
  app.add_option("--persist-to")->group("");
}

Result<void> require_remote(const DataPlace& place) {
  if (place.remote && !place.local) {
    return {};
  }
  return failure(usage_error(
      "without `--remote` this would mean the local data of `pyw dev`",
      {"add `--remote` for the live data", "local data is reached through the Worker, under `pyw dev`"}));
}

Result<DataSession> open_data(Context& context) {
  PYW_TRY_ASSIGN(auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  auto base = cloud::account_path(session.account);
  return DataSession{std::move(project), std::move(session), std::move(base)};
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

void declare_creation_options(CLI::App& app) {
  app.add_option("--binding")->group("");
  app.add_flag("--update-config,!--no-update-config")->group("");
  app.add_flag("--use-remote,!--no-use-remote")->group("");
}

} // namespace pyw::commands

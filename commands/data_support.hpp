// What the data commands share: the project is optional, the data is the live one.
#pragma once

#include <cloud/remote_state.hpp>
#include <commands/cloud_support.hpp>

#include <optional>
#include <string>

namespace pyw::commands {

/// Where data lies. As with wrangler, reading and writing data means the local copy unless `--remote` is
/// given.
struct DataPlace {
  bool remote = false;
  bool local = false;
};

void declare_place(CLI::App& app, DataPlace& place);
/// Fails unless the live data is meant: the local data belongs to `pyw dev`.
[[nodiscard]] Result<void> require_remote(const DataPlace& place);

struct DataSession {
  std::optional<config::Project> project;
  CloudSession cloud;
  std::string base; ///< "/accounts/ID"
};

[[nodiscard]] Result<DataSession> open_data(Context& context);

/// The file as a request's body, read while it is sent. Fails when it is not there.
[[nodiscard]] Result<HttpBodyStream> stream_of_file(FileSystem& files, const Path& path);

/// Options of wrangler that write the new resource into the configuration: taken and ignored.
void declare_creation_options(CLI::App& app);

} // namespace pyw::commands

// What the data commands share: the project is optional for the live data, the local data belongs to one.
#pragma once

#include <cloud/remote_state.hpp>
#include <commands/cloud_support.hpp>
#include <commands/local_data.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::commands {

/// Where data lies. As with wrangler, reading and writing KV, R2 and D1 means the local copy unless
/// `--remote` is given; queues and workflows mean the live ones unless `--local` is.
struct DataPlace {
  bool remote = false;
  bool local = false;
  std::optional<std::string> persist_to = {};
};

/// What a command means without `--local` and `--remote`.
enum class DefaultPlace { local, remote };

void declare_place(CLI::App& app, DataPlace& place, DefaultPlace without = DefaultPlace::local);

/// `--persist-to` alone, for data that exists here only.
void declare_persist_to(CLI::App& app, std::optional<std::string>& folder);

struct DataSession {
  std::optional<config::Project> project;
  std::optional<LocalData> local; ///< keeps the local data open
  CloudSession cloud;
  std::string base; ///< "/accounts/ID"
};

/// The live data.
[[nodiscard]] Result<DataSession> open_data(Context& context);
/// The data that `place` means.
[[nodiscard]] Result<DataSession> open_data(Context& context,
                                            const DataPlace& place,
                                            DefaultPlace without = DefaultPlace::local,
                                            LocalNeeds needs = LocalNeeds::stores);

/// The local data of `project`.
[[nodiscard]] Result<DataSession> open_local_data(Context& context,
                                                  config::Project project,
                                                  const std::optional<std::string>& persist_to,
                                                  LocalNeeds needs = LocalNeeds::stores);

/// No binding of the configuration is called `name`: says which of `known` may be meant, or which there are,
/// or under which `key` of the wrangler file one is declared.
[[nodiscard]] Error unknown_binding(std::string_view what,
                                    std::string_view name,
                                    std::vector<std::string> known,
                                    std::string_view key);

/// `--command SQL` and `--file FILE`, one of which is needed.
void declare_sql(CLI::App& app, std::optional<std::string>& command, std::optional<std::string>& file);
/// What they say. Fails when both or none is given.
[[nodiscard]] Result<std::string>
sql_of(const std::optional<std::string>& command, const std::optional<std::string>& file, Context& context);

/// The file as a request's body, read while it is sent. Fails when it is not there.
[[nodiscard]] Result<HttpBodyStream> stream_of_file(FileSystem& files, const Path& path);

/// Options of wrangler that write the new resource into the configuration: taken and ignored.
void declare_creation_options(CLI::App& app);

} // namespace pyw::commands

// What all commands of the deploy API start with: the project, the account, the API, the person to ask.
#pragma once

#include <cloud/api.hpp>
#include <cloud/confirm.hpp>
#include <commands/command.hpp>
#include <config/load.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::commands {

/// A command with nested ones: `kv namespace create`.
struct Subcommand {
  std::string name;
  std::string summary;
  std::function<Runner(CLI::App& app)> declare;
};

/// Adds the nested commands; the runner runs the one that was given, and says which there are when none was.
[[nodiscard]] Runner declare_subcommands(CLI::App& app, std::vector<Subcommand> commands);

/// The command, but when the API says that the credentials are not valid, the error also says whose they are.
[[nodiscard]] CommandEntry explaining_identity(CommandEntry entry);

/// The project in the current folder, its warnings reported. nullopt where there is no configuration file at
/// all.
[[nodiscard]] Result<std::optional<config::Project>> find_project(Context& context, config::Purpose purpose);
/// The same, but none is an error.
[[nodiscard]] Result<config::Project> require_project(Context& context, config::Purpose purpose);

/// The API with the user's credentials, and the account: of the configuration, CLOUDFLARE_ACCOUNT_ID, the one
/// found earlier, or the only one that the credentials see.
struct CloudSession {
  cloud::Api api;
  std::string account;
};

/// `target` is the address of another API, instead of the environment's; only https, and http on this
/// machine, so that the credentials do not travel in the open.
[[nodiscard]] Result<CloudSession>
open_session(Context& context, const config::Project* project, const std::optional<std::string>& target = {});

/// Whose name a command means: `--name`, else the project's.
[[nodiscard]] Result<std::string> worker_name(const std::optional<std::string>& option,
                                              const std::optional<config::Project>& project);

/// Asks on a terminal; elsewhere the answer is `fallback`. CI counts as no terminal.
[[nodiscard]] cloud::Confirm make_confirm(Context& context, bool fallback);
[[nodiscard]] cloud::Interaction interaction_of(const Context& context);

/// All of stdin; secrets come this way.
[[nodiscard]] Result<std::string> read_standard_input();

/// JSON on stdout, readable: two blanks of indent and a newline.
void print_json(Context& context, const cloud::Json& json);

/// A table on stdout: columns aligned, two blanks between them.
void print_table(Context& context,
                 const std::vector<std::string>& header,
                 const std::vector<std::vector<std::string>>& rows);

/// Appends one line to the file that WRANGLER_OUTPUT_FILE_PATH (or …_DIRECTORY) names: for tools that run the
/// command.
[[nodiscard]] Result<void> write_output(Context& context, const cloud::Json& entry);

} // namespace pyw::commands

// `pyw d1`: databases, local or live: make, list, execute, migrations, export.
#pragma once

#include <commands/data_support.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry d1_command();

/// `d1 migrations …` and `d1 time-travel …`, in files of their own.
[[nodiscard]] Runner declare_d1_migrations(CLI::App& app);
[[nodiscard]] Runner declare_d1_time_travel(CLI::App& app);

/// A database of the project or the account.
struct Database {
  DataSession data;
  std::string name;
  std::string id;
  const config::D1Database* configured = nullptr; ///< points into data.project
  std::string lookup; ///< the name that the account was asked for; empty: the id is configured
};

/// The project has no database of that name or binding.
[[nodiscard]] Error unknown_database(const config::Project& project, std::string_view name);

/// By binding or name of the configuration, else by name in the account. Fails when there is none.
[[nodiscard]] Result<Database> open_database(Context& context,
                                             const std::string& name,
                                             bool preview,
                                             const DataPlace& place = {.remote = true});

/// Asks for a database that was found by name once more: the platform's client does so before each statement.
[[nodiscard]] Result<void> find_again(Database& database);

/// Runs SQL; the answer is one result a statement.
[[nodiscard]] Result<cloud::Json> run_sql(Database& database, const std::string& sql);

/// What statements gave, a table each; or all as JSON.
void print_results(Context& context, const cloud::Json& results);

} // namespace pyw::commands

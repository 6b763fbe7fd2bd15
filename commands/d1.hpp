// `pyw d1`: the live databases: make, list, execute, migrations, export.
#pragma once

#include <commands/data_support.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry d1_command();

/// `d1 migrations …`, in a file of its own.
[[nodiscard]] Runner declare_d1_migrations(CLI::App& app);

/// A database of the project or the account.
struct Database {
  DataSession data;
  std::string name;
  std::string id;
  const config::D1Database* configured = nullptr; ///< points into data.project
};

/// By binding or name of the configuration, else by name in the account. Fails when there is none.
[[nodiscard]] Result<Database>
open_database(Context& context, const std::string& name, bool preview, const DataPlace& place);

/// Runs SQL; the answer is one result a statement.
[[nodiscard]] Result<cloud::Json> run_sql(Database& database, const std::string& sql);

} // namespace pyw::commands

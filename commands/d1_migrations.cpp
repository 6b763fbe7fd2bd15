#include <base/text.hpp>
#include <commands/d1.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <set>

namespace pyw::commands {

namespace {

struct Options {
  std::string database;
  std::string message;
  bool preview = false;
  DataPlace place;
};

/// Where a database's migrations lie, and in which table it notes them.
struct Settings {
  Path folder;
  std::string table;
};

Result<Settings> settings_of(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, require_project(context, config::Purpose::inspect));
  for (const auto& item : project.d1_databases) {
    if (item.binding == options.database || item.database_name == options.database) {
      return Settings{(project.root / item.migrations_dir.value_or("migrations")).lexically_normal(),
                      item.migrations_table.value_or("d1_migrations")};
    }
  }
  return failure(unknown_database(project, options.database));
}

std::string quoted_identifier(const std::string& name) {
  return "\"" + replace_all(name, "\"", "\"\"") + "\"";
}

int leading_number(const std::string& name) {
  int number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') {
      break;
    }
    number = number * 10 + (c - '0');
  }
  return number;
}

/// The .sql files of the folder: by their leading number, then by name.
Result<std::vector<std::string>> migration_files(const Settings& settings, Context& context) {
  std::vector<std::string> names;
  if (!context.world.files.is_directory(settings.folder)) {
    return names;
  }
  PYW_TRY_ASSIGN(const auto entries, context.world.files.list(settings.folder));
  for (const auto& entry : entries) {
    if (entry.type != FileType::directory && entry.name.ends_with(".sql")) {
      names.push_back(entry.name);
    }
  }
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return std::pair(leading_number(a), a) < std::pair(leading_number(b), b);
  });
  return names;
}

/// The statements have the bytes that the platform's client sends: other tools may compare them.
std::string create_table_sql(const std::string& table) {
  return fmt::format("CREATE TABLE IF NOT EXISTS {}(\n\t\tid         INTEGER PRIMARY KEY "
                     "AUTOINCREMENT,\n\t\tname       TEXT "
                     "UNIQUE,\n\t\tapplied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL\n);",
                     quoted_identifier(table));
}

Result<std::vector<std::string>> unapplied(Database& database, const Settings& settings, Context& context) {
  PYW_TRY_ASSIGN(const auto files, migration_files(settings, context));
  PYW_TRY(find_again(database));
  PYW_TRY_ASSIGN(
      const auto results,
      run_sql(database,
              fmt::format("SELECT *\n\t\tFROM {}\n\t\tORDER BY id", quoted_identifier(settings.table))));
  std::set<std::string> applied;
  const auto first = results.is_array() && !results.empty() ? results.front() : cloud::Json::object();
  for (const auto& row : first.value("results", cloud::Json::array())) {
    applied.insert(text_at(row, "name"));
  }
  std::vector<std::string> out;
  std::copy_if(files.begin(), files.end(), std::back_inserter(out), [&](const auto& name) {
    return applied.count(name) == 0;
  });
  return out;
}

Result<void>
apply_one(Database& database, const Settings& settings, const std::string& name, Context& context) {
  PYW_TRY_ASSIGN(const auto text, context.world.files.read(settings.folder / name));
  const auto sql = fmt::format("{}\nINSERT INTO {} (name)\nvalues ('{}');",
                               text,
                               quoted_identifier(settings.table),
                               replace_all(name, "'", "''"));
  PYW_TRY(find_again(database));
  const auto results = run_sql(database, sql);
  if (!results) {
    return failure(with_context(results.error(), fmt::format("the migration `{}` failed", name)));
  }
  for (const auto& result : *results) {
    if (result.value("success", cloud::Json(true)) == cloud::Json(false)) {
      return failure(user_error(fmt::format("the migration `{}` failed: {}", name, result.dump())));
    }
  }
  context.world.reporter.message(fmt::format("Applied {}", name));
  return {};
}

Result<int> apply(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto settings, settings_of(options, context));
  PYW_TRY_ASSIGN(auto database, open_database(context, options.database, options.preview, options.place));
  PYW_TRY(run_sql(database, create_table_sql(settings.table)));
  PYW_TRY_ASSIGN(const auto names, unapplied(database, settings, context));
  if (names.empty()) {
    context.world.reporter.message("All migrations are applied");
    return 0;
  }
  if (!make_confirm(context,
                    true)(fmt::format("Apply {}?", counted(names.size(), "migration", "migrations")))) {
    return failure(user_error("nothing was applied"));
  }
  for (const auto& name : names) {
    PYW_TRY(apply_one(database, settings, name, context));
  }
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto settings, settings_of(options, context));
  PYW_TRY_ASSIGN(auto database, open_database(context, options.database, options.preview, options.place));
  PYW_TRY(run_sql(database, create_table_sql(settings.table)));
  PYW_TRY_ASSIGN(const auto names, unapplied(database, settings, context));
  for (const auto& name : names) {
    context.world.reporter.data(name + "\n");
  }
  context.world.reporter.message(names.empty() ? "All migrations are applied" : "These are not applied yet");
  return 0;
}

Result<int> create(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto settings, settings_of(options, context));
  PYW_TRY_ASSIGN(const auto names, migration_files(settings, context));
  const auto next = names.empty() ? 1 : leading_number(names.back()) + 1;
  const auto name = fmt::format("{:04}_{}.sql", next, replace_all(options.message, " ", "_"));
  PYW_TRY(
      context.world.files.write(settings.folder / name, fmt::format("-- Migration number: {:04}\n", next)));
  context.world.reporter.data((settings.folder / name).string() + "\n");
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("database", options->database, "the database, or its binding")->required();
  app.add_flag("--preview", options->preview, "the binding's database for previews");
  declare_place(app, options->place);
  return options;
}

} // namespace

Runner declare_d1_migrations(CLI::App& app) {
  return declare_subcommands(app,
                             {{"create",
                               "an empty migration",
                               [](CLI::App& sub) -> Runner {
                                 auto options = common(sub);
                                 sub.add_option("message", options->message, "what it does")->required();
                                 return [options](Context& context) { return create(*options, context); };
                               }},
                              {"list",
                               "what is not applied yet",
                               [](CLI::App& sub) -> Runner {
                                 auto options = common(sub);
                                 return [options](Context& context) { return list(*options, context); };
                               }},
                              {"apply", "apply what is not applied yet", [](CLI::App& sub) -> Runner {
                                 auto options = common(sub);
                                 return [options](Context& context) { return apply(*options, context); };
                               }}});
}

} // namespace pyw::commands

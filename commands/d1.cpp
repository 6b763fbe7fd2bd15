#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/analytics.hpp>
#include <cloud/provision.hpp>
#include <commands/d1.hpp>
#include <runtime/local_services.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string name;
  std::optional<std::string> command;
  std::optional<std::string> file;
  std::optional<std::string> output;
  std::optional<std::string> location;
  std::optional<std::string> jurisdiction;
  std::optional<std::string> compatibility;
  std::vector<std::string> tables;
  bool no_schema = false;
  bool no_data = false;
  bool preview = false;
  bool yes = false;
  DataPlace place;
};

cloud::Call database_call(std::string_view method,
                          Database& database,
                          const std::string& action,
                          const cloud::Json& body) {
  return cloud::with_json(
      std::string(method), database.data.base + "/d1/database/" + database.id + "/" + action, body);
}

/// Waits until the platform has done what `answer` says it is at; each question is `question` with the place
/// that the last answer named.
Result<cloud::Json> poll(Database& database,
                         const std::string& action,
                         cloud::Json question,
                         cloud::Json answer,
                         Context& context) {
  const auto bar = context.world.reporter.progress("Waiting for the database", ProgressUnit::items);
  for (;;) {
    for (const auto& message : answer.value("messages", cloud::Json::array())) {
      bar->label(message.is_string() ? message.get<std::string>() : message.dump());
    }
    const auto status = text_at(answer, "status");
    if (status == "complete") {
      return answer;
    }
    if (status == "error" || answer.value("success", cloud::Json(true)) == cloud::Json(false)) {
      const auto text = text_at(answer, "error");
      return failure(user_error(text.empty() ? answer.value("errors", cloud::Json::array()).dump() : text,
                                {"the database is as it was before"}));
    }
    question["current_bookmark"] = text_at(answer, "at_bookmark");
    PYW_TRY_ASSIGN(answer,
                   database.data.cloud.api.require(database_call("POST", database, action, question)));
  }
}

/// A file goes up to the address that the platform names, then the database takes it in.
Result<cloud::Json> import_file(Database& database, const Path& file, Context& context) {
  PYW_TRY_ASSIGN(const auto etag,
                 hash_file(file, HashKind::md5)); // the platform compares it with what arrived
  PYW_TRY_ASSIGN(auto answer,
                 database.data.cloud.api.require(
                     database_call("POST", database, "import", {{"action", "init"}, {"etag", etag}})));
  if (const auto url = text_at(answer, "upload_url"); !url.empty()) {
    HttpRequest upload;
    upload.method = "PUT";
    upload.url = url;
    PYW_TRY_ASSIGN(upload.body_stream, stream_of_file(context.world.files, file));
    PYW_TRY_ASSIGN(const auto response, context.world.http.send(upload));
    const auto arrived = replace_all(response.header("etag"), "\"", "");
    if (response.status != 200 || arrived != etag) {
      return failure(user_error(fmt::format("the file did not arrive whole (status {})", response.status),
                                {"the database is as it was: run the command again"}));
    }
    const cloud::Json ingest = {
        {"action", "ingest"}, {"filename", text_at(answer, "filename")}, {"etag", etag}};
    PYW_TRY_ASSIGN(answer,
                   database.data.cloud.api.require(database_call("POST", database, "import", ingest)));
  }
  return poll(database, "import", {{"action", "poll"}}, std::move(answer), context);
}

Result<int> execute(const Options& options, Context& context) {
  if (options.command.has_value() == options.file.has_value()) {
    return failure(usage_error("give either `--command SQL` or `--file FILE`"));
  }
  if (options.file && options.place.remote && !options.yes &&
      !make_confirm(context, true)("the database answers no queries while the file is taken in: go on?")) {
    return failure(user_error("nothing was executed"));
  }
  PYW_TRY_ASSIGN(auto database, open_database(context, options.name, options.preview, options.place));
  if (options.command) {
    PYW_TRY_ASSIGN(const auto results, run_sql(database, *options.command));
    print_results(context, results);
    return 0;
  }
  const auto file = context.options.directory / *options.file;
  if (database.data.local) {
    PYW_TRY_ASSIGN(const auto sql, context.world.files.read(file));
    PYW_TRY_ASSIGN(const auto results, run_sql(database, sql));
    print_results(context, results);
    return 0;
  }
  PYW_TRY_ASSIGN(const auto answer, import_file(database, file, context));
  const auto result = answer.value("result", cloud::Json::object());
  if (context.options.format == OutputFormat::json) {
    print_json(context, result);
  } else {
    context.world.reporter.message(
        fmt::format("Executed {} queries", result.value("num_queries", cloud::Json(0)).dump()));
  }
  return 0;
}

Result<std::string> local_dump(Database& database, const cloud::Json& options) {
  PYW_TRY_ASSIGN(const auto answer,
                 database.data.cloud.api.require(database_call("POST", database, "dump", options)));
  return text_at(answer, "sql");
}

Result<std::string> live_dump(Database& database, const cloud::Json& options, Context& context) {
  const cloud::Json body = {{"output_format", "polling"}, {"dump_options", options}};
  PYW_TRY_ASSIGN(auto answer,
                 database.data.cloud.api.require(database_call("POST", database, "export", body)));
  PYW_TRY_ASSIGN(answer, poll(database, "export", body, std::move(answer), context));
  HttpRequest download;
  download.url = text_at(answer.value("result", cloud::Json::object()), "signed_url");
  PYW_TRY_ASSIGN(auto response, context.world.http.send(download));
  if (response.status != 200) {
    return failure(user_error(fmt::format("the export could not be fetched (status {})", response.status)));
  }
  return std::move(response.body);
}

Result<int> export_database(const Options& options, Context& context) {
  if (!options.output) {
    return failure(usage_error("where to?", {"pass `--output FILE`"}));
  }
  if (options.no_schema && options.no_data) {
    return failure(usage_error("`--no-schema` and `--no-data` leave nothing to export"));
  }
  if (options.compatibility == "sqlite3_cli_only" && (options.no_schema || options.no_data)) {
    return failure(usage_error("`--compatibility sqlite3_cli_only` is always schema and data"));
  }
  PYW_TRY_ASSIGN(auto database, open_database(context, options.name, options.preview, options.place));
  cloud::Json dump = {
      {"no_schema", options.no_schema}, {"no_data", options.no_data}, {"tables", options.tables}};
  if (options.compatibility) {
    dump["compatibility"] = *options.compatibility;
  }
  PYW_TRY_ASSIGN(const auto sql,
                 database.data.local ? local_dump(database, dump) : live_dump(database, dump, context));
  const auto file = context.options.directory / *options.output;
  PYW_TRY(context.world.files.write(file, sql));
  context.world.reporter.message(fmt::format("Wrote {}", file.string()));
  return 0;
}

Result<int> create(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  cloud::Json body = {{"name", options.name}};
  if (options.location) {
    body["primary_location_hint"] = *options.location;
  }
  if (options.jurisdiction) {
    body["jurisdiction"] = *options.jurisdiction;
  }
  PYW_TRY_ASSIGN(const auto made,
                 data.cloud.api.require(cloud::with_json("POST", data.base + "/d1/database", body)));
  if (context.options.format == OutputFormat::json) {
    print_json(context, made);
    return 0;
  }
  context.world.reporter.message(
      fmt::format("Made the database `{}`; its id, for `d1_databases` in the wrangler file:", options.name));
  context.world.reporter.data(text_at(made, "uuid") + "\n");
  return 0;
}

Result<int> list(Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  auto all = cloud::Json::array();
  for (int page = 1;; ++page) {
    PYW_TRY_ASSIGN(const auto items,
                   data.cloud.api.require(cloud::get(data.base + "/d1/database",
                                                     {{"per_page", "10"}, {"page", std::to_string(page)}})));
    all.insert(all.end(), items.begin(), items.end());
    if (items.size() < 10) {
      break;
    }
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, all);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : all) {
    rows.push_back({text_at(item, "uuid"), text_at(item, "name"), text_at(item, "created_at")});
  }
  print_table(context, {"id", "name", "made"}, rows);
  return 0;
}

Result<int> one(const Options& options, const char* method, Context& context) {
  PYW_TRY_ASSIGN(auto database, open_database(context, options.name, false));
  auto call = cloud::get(database.data.base + "/d1/database/" + database.id);
  call.method = method;
  if (call.method == "DELETE" && !options.yes &&
      !make_confirm(context, true)(fmt::format("Delete the database `{}` and all in it?", options.name))) {
    return failure(user_error("nothing was deleted"));
  }
  PYW_TRY_ASSIGN(auto answer, database.data.cloud.api.require(call));
  if (call.method == "DELETE") {
    context.world.reporter.message(fmt::format("Deleted the database `{}`", options.name));
    return 0;
  }
  PYW_TRY_ASSIGN(const auto use,
                 cloud::read_database_use(database.data.cloud.api, database.data.cloud.account, database.id));
  if (answer.is_object()) {
    answer["read_queries_24h"] = use.read_queries;
    answer["write_queries_24h"] = use.write_queries;
    answer["rows_read_24h"] = use.rows_read;
    answer["rows_written_24h"] = use.rows_written;
  }
  print_json(context, answer);
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("name", options->name, "the database, or a binding of the project")->required();
  app.add_flag("-y,--yes,--skip-confirmation", options->yes, "ask nothing");
  return options;
}

Runner declare_execute(CLI::App& app) {
  auto options = common(app);
  declare_sql(app, options->command, options->file);
  app.add_flag("--preview", options->preview, "the binding's database for previews");
  declare_place(app, options->place);
  return [options](Context& context) { return execute(*options, context); };
}

Runner declare_export(CLI::App& app) {
  auto options = common(app);
  app.add_option("--output", options->output, "the file");
  app.add_option("--table", options->tables, "only these tables");
  app.add_flag("--no-schema", options->no_schema, "only data");
  app.add_flag("--no-data", options->no_data, "only the schema");
  app.add_option("--compatibility", options->compatibility, "the form: d1, or as the sqlite3 tool writes it")
      ->check(CLI::IsMember({"d1", "sqlite3_cli_only"}));
  declare_place(app, options->place);
  return [options](Context& context) { return export_database(*options, context); };
}

Runner declare_create(CLI::App& app) {
  auto options = common(app);
  app.add_option("--location", options->location, "where, roughly");
  app.add_option("--jurisdiction", options->jurisdiction, "where its data stays");
  declare_creation_options(app);
  return [options](Context& context) { return create(*options, context); };
}

std::function<Runner(CLI::App&)> declare_one(const char* method) {
  return [method](CLI::App& app) -> Runner {
    auto options = common(app);
    return [options, method](Context& context) { return one(*options, method, context); };
  };
}

} // namespace

Error unknown_database(const config::Project& project, std::string_view name) {
  std::vector<std::string> known;
  for (const auto& item : project.d1_databases) {
    known.push_back(item.binding);
    if (item.database_name) {
      known.push_back(*item.database_name);
    }
  }
  return unknown_binding("D1 database", name, std::move(known), "d1_databases");
}

Result<Database>
open_database(Context& context, const std::string& name, bool preview, const DataPlace& place) {
  if (preview && !place.remote) { // locally there is one database for a binding, as in wrangler
    return failure(user_error("--preview means a remote database",
                              {"add --remote, or leave --preview out: the local database is used"}));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context, place));
  Database database{std::move(data), name, {}, nullptr, name};
  if (database.data.project) {
    for (const auto& item : database.data.project->d1_databases) {
      if (item.binding != name && item.database_name != name) {
        continue;
      }
      database.configured = &item;
      if (database.data.local) {
        database.id = runtime::d1_id(item);
        database.lookup.clear();
        return database;
      }
      if (const auto& id = preview ? item.preview_database_id : item.database_id) {
        database.id = *id;
        database.lookup.clear();
        return database;
      }
      database.lookup = item.database_name.value_or(
          cloud::default_resource_name(database.data.project->name.value, item.binding));
    }
  }
  if (database.data.local) {
    return failure(unknown_database(*database.data.project, name));
  }
  PYW_TRY(find_again(database));
  return database;
}

void print_results(Context& context, const cloud::Json& results) {
  if (context.options.format == OutputFormat::json) {
    print_json(context, results);
    return;
  }
  for (const auto& result : results.is_array() ? results : cloud::Json::array()) {
    const auto rows = result.value("results", cloud::Json::array());
    if (rows.empty() || !rows.front().is_object()) {
      const auto meta = result.value("meta", cloud::Json::object());
      context.world.reporter.message(
          fmt::format("No rows ({} changed)", meta.value("changes", cloud::Json(0)).dump()));
      continue;
    }
    std::vector<std::string> header;
    for (const auto& [key, value] : rows.front().items()) {
      header.push_back(key);
    }
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows) {
      auto& line = cells.emplace_back();
      for (const auto& key : header) {
        const auto value = row.value(key, cloud::Json());
        line.push_back(value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
    print_table(context, header, cells);
  }
}

Result<void> find_again(Database& database) {
  if (database.lookup.empty()) {
    return {};
  }
  const auto found = database.data.cloud.api.call(
      cloud::get(database.data.base + "/d1/database/" + cloud::escape_component(database.lookup),
                 {{"fields", "uuid,name"}}));
  if (!found) {
    return found.error().status == 404
               ? failure(user_error(fmt::format("there is no database `{}`", database.lookup),
                                    {fmt::format("make it with `pyw d1 create {}`", database.lookup)}))
               : failure(to_error(found.error()));
  }
  database.id = text_at(*found, "uuid");
  return {};
}

Result<cloud::Json> run_sql(Database& database, const std::string& sql) {
  return database.data.cloud.api.require(
      database_call("POST", database, "query", {{"sql", replace_all(sql, "\r\n", "\n")}}));
}

CommandEntry d1_command() {
  return {
      "d1",
      "D1 databases, local or live",
      Group::data,
      {{"pyw d1 execute DB --command 'select 1'", "run SQL on the database of `pyw dev`"},
       {"pyw d1 execute DB --remote --file schema.sql", "import a file into the live one"},
       {"pyw d1 migrations apply DB", "apply what is not applied yet"}},
      [](CLI::App& app) {
        return declare_subcommands(
            app,
            {{"create", "make a database", declare_create},
             {"list", "all databases", [](CLI::App&) -> Runner { return list; }},
             {"info", "one database, as JSON", declare_one("GET")},
             {"delete", "delete a database", declare_one("DELETE")},
             {"execute", "run SQL", declare_execute},
             {"export", "write a database into a file of SQL", declare_export},
             {"migrations", "create, list, apply", declare_d1_migrations},
             {"time-travel", "an earlier state of a database", declare_d1_time_travel}});
      },
  };
}

} // namespace pyw::commands

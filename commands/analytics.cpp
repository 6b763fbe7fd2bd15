#include <commands/analytics.hpp>
#include <commands/d1.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<std::string> command;
  std::optional<std::string> file;
  std::optional<std::string> persist_to;
};

Result<DataSession> open(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto project, require_project(context, config::Purpose::inspect));
  if (project.analytics_engine_datasets.empty()) {
    return failure(user_error("this Worker writes to no dataset",
                              {"`analytics_engine_datasets` in the wrangler file declares one"}));
  }
  return open_local_data(context, std::move(project), options.persist_to);
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open(options, context));
  PYW_TRY_ASSIGN(const auto datasets,
                 data.cloud.api.require(cloud::get(data.base + "/analytics_engine/datasets")));
  if (context.options.format == OutputFormat::json) {
    print_json(context, datasets);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : datasets) {
    rows.push_back(
        {text_at(item, "dataset"), text_at(item, "binding"), item.value("points", cloud::Json(0)).dump()});
  }
  print_table(context, {"dataset", "binding", "points"}, rows);
  return 0;
}

Result<int> query(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto sql, sql_of(options.command, options.file, context));
  PYW_TRY_ASSIGN(auto data, open(options, context));
  cloud::Call call = cloud::get(data.base + "/analytics_engine/sql");
  call.method = "POST";
  call.body = std::move(sql);
  PYW_TRY_ASSIGN(const auto results, data.cloud.api.require(call));
  print_results(context, results);
  return 0;
}

Runner declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_persist_to(app, options->persist_to);
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_query(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_sql(app, options->command, options->file);
  declare_persist_to(app, options->persist_to);
  return [options](Context& context) { return query(*options, context); };
}

} // namespace

CommandEntry analytics_command() {
  return {
      "analytics",
      "what was written to Analytics Engine under `pyw dev`",
      Group::data,
      {{"pyw analytics list", "the datasets, and how many data points they have"},
       {"pyw analytics query --command 'select * from visits'", "read a dataset"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"list", "the datasets of the project", declare_list},
                                    {"query", "run SQL (SQLite's) that reads", declare_query}});
      },
  };
}

} // namespace pyw::commands

#include <cloud/timestamp.hpp>
#include <commands/d1.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

constexpr auto longest_way_back = std::chrono::hours(30 * 24); // the platform keeps no older states
constexpr std::size_t digits_of_seconds = 10;                  // more of them: milliseconds

struct Options {
  std::string database;
  std::optional<std::string> timestamp;
  std::optional<std::string> bookmark;
};

/// Seconds or milliseconds since 1970, or an ISO time with its offset.
std::optional<cloud::Time> read_time(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!text.empty() && text.size() <= 15 && std::all_of(text.begin(), text.end(), is_digit)) {
    const auto number = std::stoll(text);
    return cloud::Time(text.size() <= digits_of_seconds ? std::chrono::milliseconds(number * 1000)
                                                        : std::chrono::milliseconds(number));
  }
  return text.find('T') == std::string::npos ? std::nullopt : cloud::parse_timestamp(text);
}

Result<std::string> point_in_time(const std::string& text, const Context& context) {
  const auto time = read_time(text);
  const auto now = context.world.clock.now();
  if (!time) {
    return failure(usage_error(fmt::format("`{}` is no time", text),
                               {"write seconds since 1970, or a time like 2026-01-31T13:00:00Z"}));
  }
  if (*time > now || *time < now - longest_way_back) {
    return failure(
        usage_error(fmt::format("{} does not lie in the last 30 days", cloud::iso_timestamp(*time)),
                    {"older states are not kept"}));
  }
  return cloud::iso_timestamp(*time);
}

std::string database_path(const Database& database) {
  return database.data.base + "/d1/database/" + database.id;
}

/// Databases of the first generation have no history.
Result<void> check_generation(Database& database) {
  PYW_TRY_ASSIGN(const auto found, database.data.cloud.api.require(cloud::get(database_path(database))));
  if (text_at(found, "version") == "alpha") {
    return failure(user_error(fmt::format("the database `{}` keeps no earlier states", database.name),
                              {"it is of the alpha generation: export it and import it into a new one"}));
  }
  return {};
}

Result<cloud::Json>
bookmark_at(Database& database, const std::optional<std::string>& timestamp, Context& context) {
  cloud::Query query;
  if (timestamp) {
    PYW_TRY_ASSIGN(auto time, point_in_time(*timestamp, context));
    query.emplace_back("timestamp", std::move(time));
  }
  return database.data.cloud.api.require(
      cloud::get(database_path(database) + "/time_travel/bookmark", std::move(query)));
}

Result<int> info(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto database, open_database(context, options.database, false));
  PYW_TRY(check_generation(database));
  PYW_TRY_ASSIGN(const auto found, bookmark_at(database, options.timestamp, context));
  if (context.options.format == OutputFormat::json) {
    print_json(context, found);
    return 0;
  }
  context.world.reporter.message("The bookmark of that state; `pyw d1 time-travel restore` takes it:");
  context.world.reporter.data(text_at(found, "bookmark") + "\n");
  return 0;
}

Result<int> restore(const Options& options, Context& context) {
  if (options.bookmark.has_value() == options.timestamp.has_value()) {
    return failure(usage_error("which state is meant?", {"give one of `--bookmark` and `--timestamp`"}));
  }
  PYW_TRY_ASSIGN(auto database, open_database(context, options.database, false));
  PYW_TRY(check_generation(database));
  auto bookmark = options.bookmark.value_or("");
  if (options.timestamp) {
    PYW_TRY_ASSIGN(const auto found, bookmark_at(database, options.timestamp, context));
    bookmark = text_at(found, "bookmark");
  }
  if (context.options.format == OutputFormat::text &&
      !make_confirm(context, true)(
          fmt::format("All that was written to `{}` since then is lost. Go on?", options.database))) {
    return failure(user_error("nothing was changed"));
  }
  auto call = cloud::get(database_path(database) + "/time_travel/restore", {{"bookmark", bookmark}});
  call.method = "POST";
  PYW_TRY_ASSIGN(const auto answer, database.data.cloud.api.require(call));
  if (context.options.format == OutputFormat::json) {
    print_json(context, answer);
    return 0;
  }
  context.world.reporter.message(fmt::format("`{}` is as it was at {}; `--bookmark {}` undoes this",
                                             options.database,
                                             text_at(answer, "bookmark"),
                                             text_at(answer, "previous_bookmark")));
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("database", options->database, "the database, or a binding of the project")->required();
  app.add_option("--timestamp", options->timestamp, "seconds since 1970, or like 2026-01-31T13:00:00Z");
  return options;
}

} // namespace

Runner declare_d1_time_travel(CLI::App& app) {
  return declare_subcommands(app,
                             {{"info",
                               "the bookmark of a state",
                               [](CLI::App& sub) -> Runner {
                                 auto options = common(sub);
                                 return [options](Context& context) { return info(*options, context); };
                               }},
                              {"restore", "go back to a state", [](CLI::App& sub) -> Runner {
                                 auto options = common(sub);
                                 sub.add_option("--bookmark", options->bookmark, "the state's bookmark");
                                 return [options](Context& context) { return restore(*options, context); };
                               }}});
}

} // namespace pyw::commands

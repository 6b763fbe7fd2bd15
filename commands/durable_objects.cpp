#include <commands/d1.hpp>
#include <commands/durable_objects.hpp>
#include <runtime/local_services.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

constexpr std::string_view namespaces_path = "/workers/durable_objects/namespaces/";

struct Options {
  std::string space;  ///< a binding or a class; empty: all
  std::string object; ///< an id or a name
  std::optional<std::string> command;
  std::optional<std::string> file;
  bool all = false;
  bool yes = false;
  std::optional<std::string> persist_to;
};

bool is_meant(const runtime::ObjectClass& item, const std::string& name) {
  return item.name == name || std::ranges::find(item.bindings, name) != item.bindings.end();
}

/// The Worker's own classes, or the one that `name` means.
Result<std::vector<runtime::ObjectClass>> chosen_classes(const config::Project& project,
                                                         const std::string& name) {
  auto classes = runtime::own_object_classes(project);
  if (name.empty()) {
    return classes;
  }
  std::string known;
  for (const auto& item : classes) {
    known += (known.empty() ? "`" : ", `") + item.name + "`";
  }
  std::erase_if(classes, [&](const auto& item) { return !is_meant(item, name); });
  if (classes.empty()) {
    return failure(
        user_error(fmt::format("this Worker has no Durable Object class or binding `{}`", name),
                   {known.empty() ? "`durable_objects` and `migrations` in the wrangler file declare one"
                                  : "its classes: " + known}));
  }
  return classes;
}

struct Session {
  DataSession data;
  std::vector<runtime::ObjectClass> classes;

  [[nodiscard]] std::string path(const runtime::ObjectClass& item, const std::string& below) const {
    return data.base + std::string(namespaces_path) + cloud::escape_component(item.unique_key) + below;
  }
};

Result<Session> open(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto project, require_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(auto classes, chosen_classes(project, options.space));
  PYW_TRY_ASSIGN(auto data, open_local_data(context, std::move(project), options.persist_to));
  return Session{std::move(data), std::move(classes)};
}

/// Asks about the object that the options name.
Result<cloud::Json> ask(const cloud::Call& call, const std::string& object, Session& session) {
  auto answer = session.data.cloud.api.call(call);
  if (!answer && answer.error().status == 404) {
    return failure(
        user_error(fmt::format("no object `{}` of `{}` has data here", object, session.classes.front().name),
                   {"`pyw do list` shows those that have"}));
  }
  return cloud::to_result(std::move(answer));
}

/// Those that hold data, by name.
Result<cloud::Json> objects_of(const runtime::ObjectClass& item, Session& session) {
  return session.data.cloud.api.require(cloud::get(session.path(item, "/objects")));
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto session, open(options, context));
  auto all = cloud::Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : session.classes) {
    PYW_TRY_ASSIGN(const auto objects, objects_of(item, session));
    auto shown = cloud::Json::array();
    for (const auto& object : objects) {
      shown.push_back({{"id", text_at(object, "id")}, {"name", object.value("name", cloud::Json())}});
      rows.push_back({item.name, text_at(object, "name"), text_at(object, "id")});
    }
    all.push_back({{"class", item.name},
                   {"bindings", item.bindings},
                   {"storage", item.sqlite ? "sqlite" : "key-value"},
                   {"objects", std::move(shown)}});
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, all);
    return 0;
  }
  if (rows.empty()) {
    context.world.reporter.message("No Durable Object has data here");
    return 0;
  }
  print_table(context, {"class", "name", "id"}, rows);
  return 0;
}

Result<int> query(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto sql, sql_of(options.command, options.file, context));
  PYW_TRY_ASSIGN(auto session, open(options, context));
  const cloud::Json body = {{"object", options.object}, {"sql", sql}};
  const auto call = cloud::with_json("POST", session.path(session.classes.front(), "/query"), body);
  PYW_TRY_ASSIGN(const auto results, ask(call, options.object, session));
  print_results(context, results);
  return 0;
}

Result<std::vector<std::string>> doomed_objects(const Options& options, Session& session) {
  if (!options.all) {
    return std::vector{options.object};
  }
  std::vector<std::string> ids;
  PYW_TRY_ASSIGN(const auto objects, objects_of(session.classes.front(), session));
  for (const auto& object : objects) {
    ids.push_back(text_at(object, "id"));
  }
  return ids;
}

Result<int> remove(const Options& options, Context& context) {
  if (options.object.empty() != options.all) {
    return failure(usage_error("give either an object's id or name, or `--all`"));
  }
  PYW_TRY_ASSIGN(auto session, open(options, context));
  const auto& item = session.classes.front();
  PYW_TRY_ASSIGN(const auto ids, doomed_objects(options, session));
  const auto what = options.all ? fmt::format("{} objects of `{}`", ids.size(), item.name)
                                : fmt::format("the object `{}` of `{}`", options.object, item.name);
  if (!options.yes && !make_confirm(context, true)(fmt::format("Delete {} and all in it?", what))) {
    return failure(user_error("nothing was deleted"));
  }
  auto deleted = cloud::Json::array();
  for (const auto& id : ids) {
    auto call = cloud::get(session.path(item, "/objects/" + cloud::escape_component(id)));
    call.method = "DELETE";
    PYW_TRY_ASSIGN(const auto answer, ask(call, id, session));
    deleted.push_back(text_at(answer, "id"));
  }
  if (context.options.format == OutputFormat::json) {
    print_json(context, {{"deleted", deleted}});
  } else {
    context.world.reporter.message("Deleted " + what);
  }
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_persist_to(app, options->persist_to);
  app.add_flag("--local")->group(""); // there is no other place
  return options;
}

Runner declare_list(CLI::App& app) {
  auto options = common(app);
  app.add_option("namespace", options->space, "only this class, or the class of this binding");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_query(CLI::App& app) {
  auto options = common(app);
  app.add_option("namespace", options->space, "the class, or a binding to it")->required();
  app.add_option("object", options->object, "the object's name, or its id")->required();
  declare_sql(app, options->command, options->file);
  return [options](Context& context) { return query(*options, context); };
}

Runner declare_delete(CLI::App& app) {
  auto options = common(app);
  app.add_option("namespace", options->space, "the class, or a binding to it")->required();
  app.add_option("object", options->object, "the object's name, or its id");
  app.add_flag("--all", options->all, "all objects of the class");
  app.add_flag("-y,--yes,--skip-confirmation", options->yes, "ask nothing");
  return [options](Context& context) { return remove(*options, context); };
}

} // namespace

CommandEntry durable_objects_command() {
  return {
      "do",
      "the local data of Durable Objects",
      Group::data,
      {{"pyw do list", "the objects that have data, by class"},
       {"pyw do query ROOMS lobby --file said.sql", "run SQL on one"},
       {"pyw do delete ROOMS lobby", "delete one's data and its alarm"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"list", "the objects that have data", declare_list},
                                    {"query", "run SQL on an object, all or nothing", declare_query},
                                    {"delete", "delete an object's data and its alarm", declare_delete}});
      },
  };
}

} // namespace pyw::commands

#include <cloud/remote_state.hpp>
#include <commands/cloud_support.hpp>
#include <commands/delete.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<std::string> name;
  bool dry_run = false;
  bool force = false;
};

/// Who would break: "Worker `x` binds it as a service".
std::vector<std::string>
dependents(const cloud::Json& references, const cloud::Json& tails, const std::string& script) {
  std::vector<std::string> out;
  const auto services =
      references.is_object() ? references.value("services", cloud::Json::object()) : cloud::Json::object();
  for (const auto& item :
       services.is_object() ? services.value("incoming", cloud::Json::array()) : cloud::Json::array()) {
    const auto name = text_at(item, "script");
    out.push_back(
        fmt::format("the Worker `{}` binds it as a service", name.empty() ? text_at(item, "service") : name));
  }
  if (services.is_object() && services.value("pages_function", cloud::Json(false)) == cloud::Json(true)) {
    out.emplace_back("a Pages project binds it as a service");
  }
  const auto list = [&](const char* key) {
    return references.is_object() && references.contains(key) && references[key].is_array()
               ? references[key]
               : cloud::Json::array();
  };
  for (const auto& item : list("durable_objects")) {
    if (text_at(item, "service") != script) {
      out.push_back(fmt::format("the Worker `{}` uses its Durable Objects", text_at(item, "service")));
    }
  }
  for (const auto& item : list("dispatch_outbounds")) {
    out.push_back(fmt::format("the dispatch namespace `{}` sends through it", text_at(item, "namespace")));
  }
  for (const auto& item : tails.is_array() ? tails : cloud::Json::array()) {
    const auto producer = item.value("producer", cloud::Json::object());
    const auto name = text_at(producer, "script");
    out.push_back(
        fmt::format("the Worker `{}` is tailed by it", name.empty() ? text_at(producer, "service") : name));
  }
  return out;
}

/// Whether it must be forced; nullopt: the user does not want that.
Result<std::optional<bool>> needs_force(CloudSession& session, const std::string& script, Context& context) {
  const auto base = cloud::account_path(session.account);
  const auto references = session.api.call(cloud::get(base + "/workers/scripts/" + script + "/references"));
  const auto tails =
      references ? session.api.call(cloud::get(base + "/workers/tails/by-consumer/" + script)) : references;
  if (!references || !tails) {
    const auto& failed = references ? tails.error() : references.error();
    if (failed.status != 403) {
      return failure(to_error(failed));
    }
    context.world.reporter.report(
        {Severity::warning, "the token may not see who depends on the Worker", {}, {}, 1, {}});
    return false;
  }
  const auto broken = dependents(*references, *tails, script);
  if (broken.empty()) {
    return false;
  }
  for (const auto& line : broken) {
    context.world.reporter.report({Severity::warning, line, {}, {}, 1, {}});
  }
  return make_confirm(context, true)("delete it all the same, and break them?") ? std::optional(true)
                                                                                : std::nullopt;
}

/// Legacy Workers Sites kept their files in namespaces of the Worker: they go with it.
Result<void> delete_site_namespaces(CloudSession& session, const std::string& script) {
  const auto base = cloud::account_path(session.account) + "/storage/kv/namespaces";
  for (int page = 1;; ++page) {
    const auto list = session.api.call(cloud::get(
        base,
        {{"per_page", "100"}, {"order", "title"}, {"direction", "asc"}, {"page", std::to_string(page)}}));
    if (!list) {
      return list.error().status == 403 ? Result<void>{} : failure(to_error(list.error()));
    }
    for (const auto& space : *list) {
      const auto title = text_at(space, "title");
      if (title == "__" + script + "-workers_sites_assets" ||
          title == "__" + script + "-workers_sites_assets_preview") {
        auto call = cloud::get(base + "/" + text_at(space, "id"));
        call.method = "DELETE";
        PYW_TRY(session.api.require(call));
      }
    }
    if (list->size() < 100) {
      return {};
    }
  }
}

Result<int> run(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(const auto script, worker_name(options.name, project));
  if (options.dry_run) {
    context.world.reporter.message(fmt::format("Dry run: would delete `{}`", script));
    return 0;
  }
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  if (!options.force &&
      !make_confirm(context, true)(fmt::format("Delete the Worker `{}`? It cannot be undone.", script))) {
    return failure(user_error("nothing was deleted"));
  }
  auto force = std::optional(true);
  if (!options.force) {
    PYW_TRY_ASSIGN(force, needs_force(session, script, context));
    if (!force) {
      return failure(user_error("nothing was deleted"));
    }
  }
  const auto base = cloud::account_path(session.account);
  // Which Durable Objects it owns says whether containers go on running; not being able to read it stops
  // nothing.
  static_cast<void>(session.api.call(
      cloud::get(base + "/workers/durable_objects/namespaces", {{"per_page", "1000"}, {"page", "1"}})));
  auto call = cloud::get(base + "/workers/services/" + script, {{"force", *force ? "true" : "false"}});
  call.method = "DELETE";
  PYW_TRY(session.api.require(call));
  PYW_TRY(delete_site_namespaces(session, script));
  context.world.reporter.message(fmt::format("Deleted `{}`", script));
  return 0;
}

} // namespace

CommandEntry delete_command() {
  return {
      "delete",
      "remove the Worker from the platform",
      Group::cloud,
      {{"pyw delete", "the project's Worker"},
       {"pyw delete --name old-worker --force", "another one, whoever uses it"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<Options>();
        app.add_option("name,--name", options->name, "the Worker");
        app.add_flag("--dry-run", options->dry_run, "say what would be deleted");
        app.add_flag("--force", options->force, "also when other Workers depend on it; asks nothing");
        return [options](Context& context) { return run(*options, context); };
      },
  };
}

} // namespace pyw::commands

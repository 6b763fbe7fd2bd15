#include <commands/data_support.hpp>
#include <commands/kv.hpp>
#include <commands/kv_place.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string name;
  NamespaceChoice choice;
  std::string new_name;
  std::optional<std::string> jurisdiction;
  std::optional<std::string> mode;
  bool preview = false;
  bool skip_confirmation = false;
};

constexpr const char* namespaces = "/storage/kv/namespaces";

Result<int> create(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  const auto environment = context.options.environment.value_or("");
  const auto title =
      (environment.empty() ? "" : environment + "-") + options.name + (options.preview ? "_preview" : "");
  cloud::Json body = {{"title", title}};
  if (options.jurisdiction) {
    body["jurisdiction"] = *options.jurisdiction;
  }
  if (options.mode) {
    body["mode"] = *options.mode;
  }
  PYW_TRY_ASSIGN(const auto made,
                 data.cloud.api.require(cloud::with_json("POST", data.base + namespaces, body)));
  if (context.options.format == OutputFormat::json) {
    print_json(context, made);
    return 0;
  }
  context.world.reporter.message(
      fmt::format("Made the namespace `{}`; its id, for `kv_namespaces` in the wrangler file:", title));
  context.world.reporter.data(text_at(made, "id") + "\n");
  return 0;
}

Result<int> list(Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto all, all_namespaces(data));
  print_json(context, all);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto id, namespace_id(options.choice, data));
  if (!options.skip_confirmation &&
      !make_confirm(context, true)(fmt::format("Delete the namespace {} and all in it?", id))) {
    return failure(user_error("nothing was deleted"));
  }
  auto call = cloud::get(data.base + namespaces + "/" + id);
  call.method = "DELETE";
  PYW_TRY(data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Deleted the namespace {}", id));
  return 0;
}

Result<int> rename(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto id, namespace_id(options.choice, data));
  PYW_TRY(data.cloud.api.require(
      cloud::with_json("PUT", data.base + namespaces + "/" + id, {{"title", options.new_name}})));
  context.world.reporter.message(fmt::format("Renamed the namespace {}", id));
  return 0;
}

Runner declare_create(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("namespace", options->name, "its name")->required();
  app.add_flag("--preview", options->preview, "a namespace for previews");
  app.add_option("--jurisdiction", options->jurisdiction, "where its data stays");
  app.add_option("--experimental-mode,--x-mode", options->mode, "how it stores: `instant`")
      ->check(CLI::IsMember({"instant"}));
  declare_creation_options(app);
  return [options](Context& context) { return create(*options, context); };
}

Runner declare_delete(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* title = app.add_option("namespace", options->choice.title, "its name");
  auto* id = app.add_option("--namespace-id", options->choice.id, "its id")->excludes(title);
  app.add_option("--binding", options->choice.binding, "a binding of the project")
      ->excludes(title)
      ->excludes(id);
  declare_preview(app, options->choice);
  app.add_flag("-y,--skip-confirmation", options->skip_confirmation, "ask nothing");
  return [options](Context& context) { return remove(*options, context); };
}

Runner declare_rename(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("old-name", options->choice.title, "its name now");
  app.add_option("--namespace-id", options->choice.id, "its id");
  app.add_option("--new-name", options->new_name, "its name from now on")->required();
  return [options](Context& context) { return rename(*options, context); };
}

} // namespace

Runner declare_kv_namespace(CLI::App& app) {
  return declare_subcommands(app,
                             {{"create", "make a namespace", declare_create},
                              {"list", "all namespaces, as JSON", [](CLI::App&) -> Runner { return list; }},
                              {"delete", "delete a namespace and all in it", declare_delete},
                              {"rename", "rename a namespace", declare_rename}});
}

} // namespace pyw::commands

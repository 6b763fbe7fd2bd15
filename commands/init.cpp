#include <base/text.hpp>
#include <commands/init.hpp>
#include <commands/picker.hpp>
#include <commands/project_loading.hpp>
#include <python/sync.hpp>
#include <templates/builtin.hpp>
#include <templates/create_project.hpp>
#include <templates/git_source.hpp>
#include <templates/project_name.hpp>
#include <templates/template_source.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

struct InitOptions {
  std::string directory;
  std::string source; ///< --template
  std::string name;
  bool list = false;
  bool no_sync = false;
  bool force = false;
};

Result<int> list_templates(Context& context) {
  const auto all = templates::builtin_templates();
  if (context.options.format == OutputFormat::json) {
    auto rows = nlohmann::json::array();
    for (const auto& entry : all) {
      rows.push_back({{"name", entry.name}, {"description", entry.description}});
    }
    context.world.reporter.data(rows.dump(2) + "\n");
    return 0;
  }
  std::size_t width = 0;
  for (const auto& entry : all) {
    width = std::max(width, entry.name.size());
  }
  for (const auto& entry : all) {
    context.world.reporter.data(fmt::format("{:<{}}  {}\n", entry.name, width, entry.description));
  }
  return 0;
}

/// nullopt: the user gave up.
Result<std::optional<std::string>> ask_for_template(Context& context) {
  if (!can_ask() || context.options.format == OutputFormat::json) {
    return failure(
        usage_error("no template named",
                    {"`pyw init DIR --template hello`", "`pyw init --list` shows the built-in templates"}));
  }
  std::vector<Choice> choices;
  for (const auto& entry : templates::builtin_templates()) {
    choices.push_back({entry.name, entry.description});
  }
  PYW_TRY_ASSIGN(const auto index, pick("Which template?", choices, context.world.reporter.color()));
  return index ? std::optional(choices[*index].name) : std::nullopt;
}

Result<templates::FileTree> read_folder(World& world, const Path& folder) {
  if (!world.files.is_directory(folder)) {
    return failure(user_error(fmt::format("there is no folder `{}`", folder.string())));
  }
  return templates::read_tree(world.files, folder);
}

Result<templates::FileTree> fetch_from_git(Context& context, const templates::GitSource& source) {
  const bool is_local = source.repository.starts_with("file://");
  if (context.options.network == Network::offline && !is_local) {
    return failure(user_error(fmt::format("`{}` is not fetched: `--offline`", source.repository)));
  }
  const auto progress =
      context.world.reporter.progress(fmt::format("fetching {}", source.repository), ProgressUnit::items);
  templates::LibgitFetcher fetcher(context.world.environment,
                                   context.world.environment.cache_directory() / "scratch");
  return fetcher.fetch(source, *progress);
}

Result<templates::FileTree> obtain(Context& context, const std::string& text) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(
      const auto source,
      templates::parse_source(world.files, text, context.options.directory, world.environment.home()));
  if (const auto* builtin = std::get_if<templates::BuiltinSource>(&source)) {
    return templates::builtin_template(builtin->name);
  }
  if (const auto* folder = std::get_if<templates::FolderSource>(&source)) {
    return read_folder(world, folder->folder);
  }
  return fetch_from_git(context, std::get<templates::GitSource>(source));
}

Result<std::string> choose_name(const InitOptions& options, const Path& target) {
  if (options.name.empty()) {
    return templates::valid_name_from(target.filename().string());
  }
  if (!templates::is_valid_name(options.name)) {
    return failure(
        usage_error(fmt::format("`{}` cannot be a Worker's name: lower-case letters, digits, `-` and `_`, a "
                                "letter or digit at both ends",
                                options.name),
                    {fmt::format("`--name {}` would do", templates::valid_name_from(options.name))}));
  }
  return options.name;
}

/// A template from elsewhere that is no project of ours is most likely the wrong folder.
Result<void> check_is_project(const templates::FileTree& tree) {
  for (const auto* path : {"wrangler.jsonc", "wrangler.json", "wrangler.toml", "pyproject.toml"}) {
    if (tree.find(path) != nullptr) {
      return {};
    }
  }
  return failure(user_error("the template has neither a wrangler file nor a pyproject.toml",
                            {"name the folder that has: `URL#REF:FOLDER`"}));
}

/// The target as a person would type it from where pyw was started.
std::string typed_path(const Context& context, const Path& target) {
  const auto relative = target.lexically_relative(context.options.directory);
  return relative.empty() ? target.string() : relative.string();
}

void report_created(Context& context,
                    const Path& target,
                    const std::string& name,
                    const templates::FileTree& tree) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    auto paths = nlohmann::json::array();
    for (const auto& file : tree.files) {
      paths.push_back(file.path);
    }
    reporter.data(nlohmann::json{{"directory", target.string()}, {"name", name}, {"files", paths}}.dump(2) +
                  "\n");
    return;
  }
  reporter.message(fmt::format("Created `{}` in {}: {}",
                               name,
                               typed_path(context, target),
                               counted(tree.files.size(), "file", "files")));
}

void report_next_steps(Context& context, const Path& target) {
  if (context.options.format == OutputFormat::json) {
    return;
  }
  auto& reporter = context.world.reporter;
  reporter.message("");
  reporter.message("Next:");
  if (const auto typed = typed_path(context, target); typed != ".") {
    reporter.message(fmt::format("  cd {}", shell_quote(typed)));
  }
  reporter.message("  pyw dev");
}

/// The project stays when this fails: it is whole, only its packages are missing.
Result<void> sync_created(Context& context, const Path& target) {
  auto options = context.options;
  options.directory = target;
  options.config.reset();
  options.environment.reset();
  Context inside{context.world, options};
  PYW_TRY_ASSIGN(const auto project, load_project(inside, config::Purpose::sync));
  PYW_TRY(python::sync_if_needed(context.world, project, context.options.network == Network::offline));
  return {};
}

Result<int> run_init(const InitOptions& options, Context& context) {
  if (options.list) {
    return list_templates(context);
  }
  auto target = (context.options.directory / options.directory).lexically_normal();
  if (!target.has_filename()) { // "/a/b/" -> "/a/b"
    target = target.parent_path();
  }
  PYW_TRY_ASSIGN(const auto name, choose_name(options, target));
  const auto existing = options.force ? templates::Existing::overwrite : templates::Existing::refuse;
  PYW_TRY(
      templates::check_target(context.world.files, target, existing)); // before anything is asked or fetched
  auto source = options.source;
  if (source.empty()) {
    PYW_TRY_ASSIGN(const auto chosen, ask_for_template(context));
    if (!chosen) {
      context.world.reporter.message("Nothing was created");
      return 1;
    }
    source = *chosen;
  }
  PYW_TRY_ASSIGN(auto tree, obtain(context, source));
  PYW_TRY(check_is_project(tree));
  templates::set_project_name(tree, name);
  PYW_TRY(templates::create_project(context.world.files, tree, target, existing));
  report_created(context, target, name, tree);
  if (!options.no_sync) {
    if (auto synced = sync_created(context, target); !synced) {
      auto error = std::move(synced.error());
      error.diagnostics.push_back(
          {Severity::note, "the project is created; its packages are not installed: `pyw sync` tries again"});
      return failure(std::move(error));
    }
  }
  report_next_steps(context, target);
  return 0;
}

} // namespace

CommandEntry init_command() {
  return {
      "init",
      "make a new project from a template",
      Group::project,
      {{"pyw init my-api --template fastapi", "a FastAPI Worker in my-api/"},
       {"pyw init", "in this empty folder; asks for the template"},
       {"pyw init app --template https://github.com/OWNER/REPO/FOLDER", "from a folder of a git repository"},
       {"pyw init app --template git@HOST:OWNER/REPO#v2:api", "a ref and a folder after `#`"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<InitOptions>();
        app.add_option("directory", options->directory, "where; the current folder by default")
            ->type_name("DIR");
        app.add_option("-t,--template", options->source, "a built-in template, a folder, or a git URL")
            ->type_name("T");
        app.add_option("--name", options->name, "the Worker's name; the folder's name by default")
            ->type_name("NAME");
        app.add_flag("--list", options->list, "show the built-in templates");
        app.add_flag("--no-sync", options->no_sync, "do not install packages");
        app.add_flag("--force", options->force, "write into a folder that is not empty, over what is there");
        return [options](Context& context) { return run_init(*options, context); };
      },
  };
}

} // namespace pyw::commands

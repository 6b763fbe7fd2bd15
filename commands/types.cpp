#include <commands/project_loading.hpp>
#include <commands/types.hpp>
#include <commands/types_report.hpp>
#include <commands/types_setup.hpp>
#include <commands/types_venv.hpp>
#include <commands/types_watch.hpp>
#include <commands/types_write.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace pyw::commands {

namespace {

struct TypesOptions {
  std::string outdir;
  std::string declarations;
  std::vector<std::string> extra;
  bool dated = false;
  bool check = false;
  bool report = false;
  bool setup = false;
  bool venv = false;
  bool watch = false;
};

/// What the checkers take the code for: the stubs need Python 3.13's syntax, whatever the Worker runs on.
std::string checked_python(const config::Project& project) {
  return project.python_version == config::PythonVersion::python_3_14 ? "3.14" : "3.13";
}

std::optional<std::string> text_of(const ReadOnlyFileSystem& files, const Path& path) {
  const auto text = files.read_if_exists(path);
  return text && *text ? std::optional(**text) : std::nullopt;
}

/// Adds to the project what editors and checkers need to know.
Result<void> set_up(Context& context, const config::Project& project) {
  auto& files = context.world.files;
  const auto& root = project.root;
  const auto source = (project.main ? project.module_root() : root).lexically_relative(root).generic_string();
  const auto plan = plan_editor_setup({text_of(files, root / "pyproject.toml"),
                                       text_of(files, root / ".vscode/settings.json"),
                                       text_of(files, root / ".gitignore")},
                                      {checked_python(project), source.empty() ? "." : source});
  for (const auto& edit : plan.edits) {
    PYW_TRY(files.write(root / edit.path, edit.content));
    context.world.reporter.message("Added to " + edit.path);
  }
  for (const auto& kept : plan.kept) {
    context.world.reporter.message("Left as it is: " + kept);
  }
  return {};
}

Result<config::Project> load(Context& context) {
  return load_project(context, config::Purpose::types, config::SecretFiles::load);
}

RuntimeRequest
request_for(const TypesOptions& options, const Context& context, const config::Project& project) {
  auto request = runtime_request(project);
  request.directory = context.options.directory;
  request.need_report = options.report;
  if (!options.declarations.empty()) {
    request.declarations = context.options.directory / options.declarations;
  }
  if (options.dated) {
    request.dated.emplace();
    request.dated->date = project.compatibility_date.value;
    for (const auto& flag : project.compatibility_flags) {
      request.dated->flags.push_back(flag.value);
    }
  }
  for (const auto& extra : options.extra) {
    request.extra.push_back(context.options.directory / extra);
  }
  return request;
}

/// The end of the process gives it back, and at once.
void keep_until_exit(std::shared_ptr<void> remains) {
  static auto* const kept = new std::vector<std::shared_ptr<void>>(); // never destroyed
  kept->push_back(std::move(remains));
}

Result<int> run_types(const TypesOptions& options, Context& context) {
  auto& world = context.world;
  const auto outdir =
      options.outdir.empty() ? std::nullopt : std::optional(context.options.directory / options.outdir);
  if (options.watch) {
    return watch_project(context, [&]() -> Result<config::Project> {
      PYW_TRY_ASSIGN(auto project, load(context));
      PYW_TRY_ASSIGN(auto runtime, runtime_stubs(world, request_for(options, context, project)));
      const auto types = compare_types(world, project, std::move(runtime), outdir);
      PYW_TRY(write_types(world, types));
      show_written(context, types.place, types.comparison, types.bindings);
      return project;
    });
  }
  PYW_TRY_ASSIGN(const auto project, load(context));
  if (options.setup) {
    PYW_TRY(set_up(context, project));
  }
  if (options.venv) {
    PYW_TRY(make_venv(world, project, checked_python(project)));
  }
  PYW_TRY_ASSIGN(auto runtime, runtime_stubs(world, request_for(options, context, project)));
  keep_until_exit(std::move(runtime.remains));
  if (options.report) {
    show_report(context, runtime.report);
    return 0;
  }
  const auto beside = runtime.beside; // waited for at the end
  const auto types = compare_types(world, project, std::move(runtime), outdir);
  if (options.check) {
    return check_result(context, types.place, types.comparison);
  }
  PYW_TRY(write_types(world, types));
  show_written(context, types.place, types.comparison, types.bindings);
  return 0;
}

} // namespace

CommandEntry types_command() {
  return {
      "types",
      "write Python types for the runtime and the project's bindings",
      Group::project,
      {{"pyw types", "into the project's virtual environment, where every checker finds them"},
       {"pyw types --check", "for CI: exit code 1 and a diff when they are stale"},
       {"pyw types --setup", "tell editors and checkers of this project where they are"},
       {"pyw types --watch", "write them anew as the configuration is edited"},
       {"pyw types --outdir typings", "somewhere else"},
       {"pyw types --dated", "only what the runtime has at the project's compatibility date"},
       {"pyw types --report", "what could not be typed"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<TypesOptions>();
        app.add_option("declarations", options->extra, "more TypeScript declarations (.d.ts) to take in");
        app.add_option("--outdir", options->outdir, "the folder for js-stubs and workers-stubs");
        auto* declarations = app.add_option("--declarations",
                                            options->declarations,
                                            "the runtime's declarations, instead of the pinned ones");
        app.add_flag("--dated",
                     options->dated,
                     "the declarations that workerd gives for the project's date and flags; the pinned ones "
                     "are those of the newest date")
            ->excludes(declarations);
        auto* check = app.add_flag("--check", options->check, "write nothing; fail when the types are stale");
        auto* report = app.add_flag(
            "--report", options->report, "list what became Any, and syntax that was not understood");
        app.add_flag("--setup",
                     options->setup,
                     "add to pyproject.toml, .vscode/settings.json and .gitignore what editors need")
            ->excludes(check)
            ->excludes(report);
        app.add_flag("--venv",
                     options->venv,
                     "first make `.venv` with uv, of the Worker's Python, with its packages")
            ->excludes(check)
            ->excludes(report);
        app.add_flag("--watch", options->watch, "stay, and write them anew after each change")
            ->excludes(check)
            ->excludes(report);
        return [options](Context& context) { return run_types(*options, context); };
      },
  };
}

} // namespace pyw::commands

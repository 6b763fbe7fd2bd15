#include <base/hash.hpp>
#include <base/text.hpp>
#include <commands/project_loading.hpp>
#include <commands/types.hpp>
#include <commands/types_env.hpp>
#include <commands/types_place.hpp>
#include <commands/types_runtime.hpp>
#include <typegen/env.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct TypesOptions {
  std::string outdir;
  std::string declarations;
  std::vector<std::string> extra;
  bool check = false;
  bool report = false;
};

struct Comparison {
  std::vector<typegen::StubFile> stale; ///< with the content that they should have
  std::size_t unchanged = 0;
};

Comparison compare(const ReadOnlyFileSystem& files,
                   const StubPlace& place,
                   const std::vector<typegen::StubFile>& wanted) {
  Comparison comparison;
  for (const auto& file : wanted) {
    const auto present = files.read_if_exists(place.path_of(file.path));
    if (present && *present && **present == file.content) {
      ++comparison.unchanged;
    } else {
      comparison.stale.push_back(file);
    }
  }
  return comparison;
}

/// The lines that only one of two texts has, in the manner of a diff without context.
std::string changed_lines(std::string_view before, std::string_view after) {
  const auto one = split(before, '\n');
  const auto other = split(after, '\n');
  std::size_t head = 0;
  while (head < one.size() && head < other.size() && one[head] == other[head]) {
    ++head;
  }
  std::size_t tail = 0;
  while (tail + head < one.size() && tail + head < other.size() &&
         one[one.size() - 1 - tail] == other[other.size() - 1 - tail]) {
    ++tail;
  }
  auto text = fmt::format(
      "@@ -{},{} +{},{} @@\n", head + 1, one.size() - head - tail, head + 1, other.size() - head - tail);
  for (auto index = head; index + tail < one.size(); ++index) {
    text += fmt::format("-{}\n", one[index]);
  }
  for (auto index = head; index + tail < other.size(); ++index) {
    text += fmt::format("+{}\n", other[index]);
  }
  return text;
}

std::string
difference(const ReadOnlyFileSystem& files, const StubPlace& place, const typegen::StubFile& file) {
  const auto path = place.path_of(file.path);
  const auto present = files.read_if_exists(path);
  if (!present || !*present) {
    return fmt::format("--- /dev/null\n+++ {}\n", path.string());
  }
  return fmt::format("--- {0}\n+++ {0}\n{1}", path.string(), changed_lines(**present, file.content));
}

void show_report(Context& context, const typegen::StubReport& report) {
  if (context.options.format == OutputFormat::json) {
    auto lines = nlohmann::ordered_json::array();
    for (const auto& line : report.became_any) {
      lines.push_back({{"where", line.where}, {"what", line.what}});
    }
    auto unknown = nlohmann::ordered_json::array();
    for (const auto& each : report.unknown_syntax) {
      unknown.push_back(
          {{"what", each.what}, {"line", each.line}, {"column", each.column}, {"text", each.text}});
    }
    context.world.reporter.data(nlohmann::ordered_json{{"declarations", report.declarations},
                                                       {"type_names", report.type_names},
                                                       {"importable", report.importable},
                                                       {"classes", report.classes},
                                                       {"became_any", lines},
                                                       {"unknown_syntax", unknown}}
                                    .dump(2) +
                                "\n");
    return;
  }
  std::string text =
      fmt::format("{} declarations, {} types, {} of them importable from js, {} classes written\n",
                  report.declarations,
                  report.type_names,
                  report.importable,
                  report.classes);
  for (const auto& line : report.became_any) {
    text += fmt::format("Any: {}: {}\n", line.where.empty() ? "(global)" : line.where, line.what);
  }
  for (const auto& each : report.unknown_syntax) {
    text += fmt::format("not understood: {}:{}: {}: {}\n", each.line, each.column, each.what, each.text);
  }
  context.world.reporter.data(text);
}

int check_result(Context& context, const StubPlace& place, const Comparison& comparison) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    auto stale = nlohmann::ordered_json::array();
    for (const auto& file : comparison.stale) {
      stale.push_back(place.path_of(file.path).string());
    }
    reporter.data(nlohmann::ordered_json{{"up_to_date", comparison.stale.empty()}, {"stale", stale}}.dump(2) +
                  "\n");
  } else {
    for (const auto& file : comparison.stale) {
      reporter.data(difference(context.world.files, place, file));
    }
  }
  if (!comparison.stale.empty()) {
    reporter.report(Diagnostic{.message = fmt::format("the types are stale: {} differ",
                                                      counted(comparison.stale.size(), "file", "files")),
                               .hints = {"run `pyw types`"}});
  }
  return comparison.stale.empty() ? 0 : 1;
}

void show_written(Context& context,
                  const StubPlace& place,
                  const Comparison& comparison,
                  std::size_t bindings) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    auto written = nlohmann::ordered_json::array();
    for (const auto& file : comparison.stale) {
      written.push_back(place.path_of(file.path).string());
    }
    reporter.data(nlohmann::ordered_json{{"directory", place.folder.string()},
                                         {"bindings", bindings},
                                         {"written", written},
                                         {"unchanged", comparison.unchanged}}
                      .dump(2) +
                  "\n");
    return;
  }
  reporter.message(comparison.stale.empty() ? fmt::format("Types are up to date in {}", place.folder.string())
                                            : fmt::format("Wrote the types of {} to {}",
                                                          counted(bindings, "binding", "bindings"),
                                                          place.folder.string()));
}

Result<int> run_types(const TypesOptions& options, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto project,
                 load_project(context, config::Purpose::types, config::SecretFiles::load));
  RuntimeRequest request;
  request.directory = context.options.directory;
  request.null_is_none = project.python_version == config::PythonVersion::python_3_12;
  request.need_report = options.report;
  if (!options.declarations.empty()) {
    request.declarations = context.options.directory / options.declarations;
  }
  for (const auto& extra : options.extra) {
    request.extra.push_back(context.options.directory / extra);
  }
  PYW_TRY_ASSIGN(auto runtime, runtime_stubs(world, request));
  if (options.report) {
    show_report(context, runtime.report);
    return 0;
  }
  typegen::PublicNames names;
  for (const auto& file : runtime.files) {
    if (file.path == "js-stubs/_globals.pyi") {
      names.always = typegen::public_names(file.content);
    } else if (file.path == "js-stubs/_globals_ai.pyi") {
      names.with_ai = typegen::public_names(file.content);
    }
  }
  const auto env = describe_env(world.files, project);
  auto wanted = typegen::package_stubs();
  wanted.push_back(typegen::make_env_stub(env, names));
  for (auto& file : runtime.files) {
    wanted.push_back(std::move(file));
  }
  const auto outdir =
      options.outdir.empty() ? std::nullopt : std::optional(context.options.directory / options.outdir);
  const auto place = find_stub_place(world.files, world.environment, project, outdir);
  const auto comparison = compare(world.files, place, wanted);
  if (options.check) {
    return check_result(context, place, comparison);
  }
  for (const auto& file : comparison.stale) {
    PYW_TRY(world.files.write(place.path_of(file.path), file.content));
  }
  show_written(context, place, comparison, env.entries.size());
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
       {"pyw types --outdir typings", "somewhere else"},
       {"pyw types --report", "what could not be typed"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<TypesOptions>();
        app.add_option("declarations", options->extra, "more TypeScript declarations (.d.ts) to take in");
        app.add_option("--outdir", options->outdir, "the folder for js-stubs and workers-stubs");
        app.add_option("--declarations",
                       options->declarations,
                       "the runtime's declarations, instead of the pinned ones");
        app.add_flag("--check", options->check, "write nothing; fail when the types are stale");
        app.add_flag("--report", options->report, "list what became Any, and syntax that was not understood");
        return [options](Context& context) { return run_types(*options, context); };
      },
  };
}

} // namespace pyw::commands

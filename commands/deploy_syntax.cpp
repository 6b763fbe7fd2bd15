#include <base/hash.hpp>
#include <base/text.hpp>
#include <commands/deploy_syntax.hpp>
#include <commands/runtime_parts.hpp>
#include <python/build_python.hpp>
#include <runtime/syntax_check.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::commands {

namespace {

/// What was found to be right is remembered under this.
Result<std::string> digest_of(const std::vector<runtime::PackSource>& sources,
                              const ReadOnlyFileSystem& files) {
  Hasher hasher(HashKind::sha256);
  for (const auto& source : sources) {
    PYW_TRY_ASSIGN(const auto text, files.read(source.file));
    hasher.update(fmt::format("{}\n{}\n", source.path, text.size()));
    hasher.update(text);
  }
  return to_hex(hasher.finish());
}

/// Whether a Python of this machine parses all of it. What an older one takes, a newer one takes too; what it
/// refuses may be newer than it, which only the platform's Python can tell.
bool parses_here(const std::vector<runtime::PackSource>& sources, World& world) {
  const auto python = python::find_build_python();
  if (!python) {
    return false;
  }
  Command command{{python->string(),
                   "-I",
                   "-S",
                   "-c",
                   "import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path, 'rb').read())"}};
  for (const auto& source : sources) {
    command.argv.push_back(source.file.string());
  }
  const auto output = world.processes.run(command);
  return output && output->exit.success();
}

std::string line_of(std::string_view text, std::size_t number) {
  const auto lines = split(text, '\n');
  if (number == 0 || number > lines.size()) {
    return "";
  }
  const auto line = lines[number - 1];
  return std::string(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
}

} // namespace

Result<std::vector<Diagnostic>> check_python_syntax(const cloud::Worker& worker, Context& context) {
  std::vector<runtime::PackSource> sources;
  const auto add = [&](const bundle::Module& module) {
    if (module.kind == bundle::ModuleKind::python && module.origin == bundle::Origin::own) {
      sources.push_back({module.path, module.source});
    }
  };
  add(worker.manifest->entry);
  for (const auto& module : worker.manifest->modules) {
    add(module);
  }
  auto& files = context.world.files;
  PYW_TRY_ASSIGN(const auto digest, digest_of(sources, files));
  const auto known_good = context.world.environment.cache_directory() / "syntax" / digest.substr(0, 32);
  if (files.is_file(known_good)) {
    return std::vector<Diagnostic>{};
  }
  if (parses_here(sources, context.world)) {
    static_cast<void>(files.write(known_good, "")); // a cache that cannot be written costs only time
    return std::vector<Diagnostic>{};
  }
  const auto parts = parts_at_hand(*worker.project, context.world);
  if (!parts) {
    context.world.reporter.verbose(
        "the code's syntax is not checked: the runtime is not installed (`pyw toolchain install`)");
    return std::vector<Diagnostic>{};
  }
  PYW_TRY_ASSIGN(const auto faults,
                 runtime::check_syntax(sources, *parts, worker.project->python_version, context.world));
  std::vector<Diagnostic> findings;
  for (const auto& fault : faults) {
    const auto source = std::find_if(
        sources.begin(), sources.end(), [&](const auto& item) { return item.path == fault.path; });
    const auto text =
        source == sources.end() ? std::string() : context.world.files.read(source->file).value_or("");
    const auto shown = source == sources.end()
                           ? fault.path
                           : source->file.lexically_proximate(worker.project->root).string();
    findings.push_back(
        {Severity::warning,
         fmt::format(
             "this is not Python {}: {}", config::to_text(worker.project->python_version), fault.message),
         {shown, fault.line, fault.column},
         line_of(text, fault.line),
         1,
         {"the platform would refuse it, or fail when it is imported; with `--strict` nothing is sent"}});
  }
  return findings;
}

} // namespace pyw::commands

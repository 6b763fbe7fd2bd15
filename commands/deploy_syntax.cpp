#include <base/hash.hpp>
#include <base/text.hpp>
#include <commands/deploy_syntax.hpp>
#include <commands/runtime_parts.hpp>
#include <python/build_python.hpp>
#include <runtime/syntax_check.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

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

/// Compiles each file named on its command line and throws away what comes out: exit code 1 at the first that
/// does not compile. What an older Python takes, a newer one takes too, from 3.8 on (`async` was a name
/// once); what it refuses may be newer than it, which only the platform's Python can tell.
constexpr std::string_view compile_all =
    "import sys\n"
    "sys.version_info < (3, 8) and sys.exit(3)\n"
    "for path in sys.argv[1:]: compile(open(path, 'rb').read(), path, 'exec', dont_inherit=True)";

Command compile_with(const Path& python, const std::vector<runtime::PackSource>& sources) {
  // -X utf8: names of files, whatever the locale. -W: an invalid escape is no concern of this check
  Command command{
      {python.string(), "-I", "-S", "-X", "utf8", "-W", "ignore", "-c", std::string(compile_all)}};
  command.standard_output = Stdio::null;
  command.standard_error = Stdio::null;
  for (const auto& source : sources) {
    command.argv.push_back(source.file.string());
  }
  return command;
}

int exit_code_of(ChildProcess& child) {
  std::optional<Exit> ended;
  while (!ended) { // compiling ends, if late
    ended = child.wait(std::chrono::minutes(1));
  }
  return ended->kind == Exit::Kind::exited ? ended->value : -1;
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

Result<SyntaxCheck> SyntaxCheck::start(const cloud::Worker& worker, Context& context) {
  SyntaxCheck check(worker, context);
  const auto add = [&](const bundle::Module& module) {
    if (module.kind == bundle::ModuleKind::python && module.origin == bundle::Origin::own) {
      check.m_sources.push_back({module.path, module.source});
    }
  };
  add(worker.manifest->entry);
  for (const auto& module : worker.manifest->modules) {
    add(module);
  }
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto digest, digest_of(check.m_sources, world.files));
  check.m_known_good = world.environment.cache_directory() / "syntax" / digest.substr(0, 32);
  if (world.files.is_file(check.m_known_good)) {
    return check;
  }
  if (const auto pythons = python::possible_build_pythons(); !pythons.empty()) {
    if (auto child = world.processes.start(compile_with(pythons.front(), check.m_sources))) {
      check.m_python = std::move(*child);
    }
  }
  return check;
}

bool SyntaxCheck::parses_here() {
  if (!m_python) {
    return false;
  }
  const int code = exit_code_of(*m_python);
  if (code == 0 || code == 1) {
    return code == 0;
  }
  // Too old, or a version manager's stand-in for nothing: there may be another one.
  const auto python = python::find_build_python();
  const auto output = python ? m_context.world.processes.run(compile_with(*python, m_sources))
                             : Result<ProcessOutput>(failure(internal_error("none")));
  return output && output->exit.success();
}

Result<std::vector<Diagnostic>> SyntaxCheck::finish() {
  auto& files = m_context.world.files;
  if (files.is_file(m_known_good)) {
    return std::vector<Diagnostic>{};
  }
  if (parses_here()) {
    static_cast<void>(files.write(m_known_good, "")); // a cache that cannot be written costs only time
    return std::vector<Diagnostic>{};
  }
  const auto parts = parts_at_hand(*m_worker.project, m_context.world);
  if (!parts) {
    m_context.world.reporter.verbose(
        "the code's syntax is not checked: the runtime is not installed (`pyw toolchain install`)");
    return std::vector<Diagnostic>{};
  }
  PYW_TRY_ASSIGN(const auto faults,
                 runtime::check_syntax(m_sources, *parts, m_worker.project->python_version, m_context.world));
  std::vector<Diagnostic> findings;
  for (const auto& fault : faults) {
    const auto source = std::find_if(
        m_sources.begin(), m_sources.end(), [&](const auto& item) { return item.path == fault.path; });
    const auto text = source == m_sources.end() ? std::string() : files.read(source->file).value_or("");
    const auto shown = source == m_sources.end()
                           ? fault.path
                           : source->file.lexically_proximate(m_worker.project->root).string();
    findings.push_back(
        {Severity::warning,
         fmt::format(
             "this is not Python {}: {}", config::to_text(m_worker.project->python_version), fault.message),
         {shown, fault.line, fault.column},
         line_of(text, fault.line),
         1,
         {"the platform would refuse it, or fail when it is imported; with `--strict` nothing is sent"}});
  }
  return findings;
}

} // namespace pyw::commands

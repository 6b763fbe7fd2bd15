#include <base/text.hpp>
#include <bundle/python_imports.hpp>
#include <cloud/upload.hpp>
#include <commands/deploy_checks.hpp>
#include <commands/secrets_file.hpp>
#include <runtime/entry_scan.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::commands {

namespace {

/// What the platform's Python brings beside the standard library.
constexpr std::array<std::string_view, 9> runtime_modules{
    "js", "pyodide", "pyodide_js", "workers", "asgi", "_pyodide", "cloudflare", "micropip", "_cloudflare"};
constexpr std::size_t shortest_secret = 8; ///< shorter values stand in code by chance
constexpr std::uint64_t largest_searched_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t largest_bundle_bytes =
    64ULL * 1024 *
    1024; ///< before compression; the platform's client warns from there on (facts/deploy.md 9)

class Checker {
public:
  Checker(const cloud::Worker& worker, const ReadOnlyFileSystem& files)
      : m_worker(worker), m_manifest(*worker.manifest), m_files(files) {
    for (const auto& module : m_manifest.modules) {
      add_importable(module);
    }
    add_importable(m_manifest.entry);
  }

  Result<std::vector<Diagnostic>> run() {
    PYW_TRY(check_sources());
    PYW_TRY(check_classes());
    PYW_TRY(check_native_libraries());
    check_packages();
    check_size();
    return std::move(m_findings);
  }

private:
  void add_importable(const bundle::Module& module) {
    auto path = std::string_view(module.path);
    if (module.origin == bundle::Origin::vendored) {
      path.remove_prefix(std::string_view("python_modules/").size());
    }
    const auto slash = path.find('/');
    if (slash != std::string_view::npos) {
      m_importable.emplace(path.substr(0, slash));
    } else {
      m_importable.emplace(path.substr(0, path.find('.')));
    }
  }

  void warn(std::string message,
            const bundle::Module& module,
            std::vector<std::string> hints,
            std::size_t line = 0,
            std::size_t column = 0,
            std::string snippet = {},
            std::size_t length = 1) {
    const auto shown = module.source.lexically_proximate(m_worker.project->root).string();
    m_findings.push_back({Severity::warning,
                          std::move(message),
                          {shown, line, column},
                          std::move(snippet),
                          length,
                          std::move(hints)});
  }

  Result<void> check_sources() {
    PYW_TRY_ASSIGN(const auto secrets, local_secrets());
    PYW_TRY(check_source(m_manifest.entry, secrets));
    for (const auto& module : m_manifest.modules) {
      if (module.origin == bundle::Origin::own) {
        PYW_TRY(check_source(module, secrets));
      }
    }
    return {};
  }

  Result<void> check_source(const bundle::Module& module,
                            const std::vector<std::pair<std::string, Secret>>& secrets) {
    const bool readable =
        module.kind == bundle::ModuleKind::python || module.kind == bundle::ModuleKind::text;
    if (!readable || module.size > largest_searched_bytes) {
      return {};
    }
    PYW_TRY_ASSIGN(const auto text, m_files.read(module.source));
    if (module.kind == bundle::ModuleKind::python) {
      check_imports(module, text);
    }
    for (const auto& [name, value] : secrets) {
      if (const auto at = text.find(value.reveal()); at != std::string::npos) {
        const auto place = position_at(text, at); // the line itself is not shown: it holds the secret
        warn(fmt::format("the value of the secret `{}` stands in this file and would be published with it",
                         name),
             module,
             {fmt::format("read it from `env.{}`; set it with `pyw secret put {}`", name, name)},
             place.line,
             place.column);
      }
    }
    return {};
  }

  void check_imports(const bundle::Module& module, std::string_view text) {
    for (const auto& import : bundle::top_level_imports(text)) {
      const auto& name = import.package;
      const bool brought =
          std::find(runtime_modules.begin(), runtime_modules.end(), name) != runtime_modules.end();
      if (brought || m_importable.count(name) > 0 || bundle::is_standard_library(name)) {
        continue;
      }
      warn(fmt::format("nothing in the bundle is called `{}`", name),
           module,
           {fmt::format("is the package missing? `uv add {}`, then `pyw sync`", name)},
           import.line,
           import.column,
           import.line_text,
           name.size());
    }
  }

  Result<void> check_classes() {
    if (m_manifest.entry.kind != bundle::ModuleKind::python) {
      return {};
    }
    PYW_TRY_ASSIGN(const auto text, m_files.read(m_manifest.entry.source));
    const auto names = runtime::exportable_names(text);
    const bool star = text.find("import *") != std::string::npos; // brings names that the text does not show
    const auto want = [&](const std::string& name, std::string_view user, const config::Place& place) {
      if (!star && std::find(names.begin(), names.end(), name) == names.end()) {
        m_findings.push_back(m_worker.project->diagnose(
            Severity::warning,
            fmt::format(
                "{} names the class `{}`, which `{}` does not define", user, name, m_manifest.entry.path),
            place));
      }
    };
    for (const auto& item : m_worker.project->durable_objects) {
      if (!item.script_name || *item.script_name == m_worker.name) {
        want(item.class_name, fmt::format("the binding `{}`", item.name), item.place);
      }
    }
    for (const auto& item : m_worker.project->workflows) {
      if (!item.script_name || *item.script_name == m_worker.name) {
        want(item.class_name, fmt::format("the Workflow `{}`", item.name), item.place);
      }
    }
    return {};
  }

  /// A library that the platform can load is WebAssembly and starts with "\0asm".
  Result<void> check_native_libraries() {
    for (const auto& module : m_manifest.modules) {
      if (!module.path.ends_with(".so") || module.size < 4) {
        continue;
      }
      PYW_TRY_ASSIGN(const auto reader, m_files.open(module.source));
      std::array<char, 4> magic{};
      PYW_TRY_ASSIGN(const auto count, reader->read(magic.data(), magic.size()));
      if (std::string_view(magic.data(), count) != std::string_view("\0asm", 4)) {
        warn("this native library is for another machine than the platform's WebAssembly",
             module,
             {"`pyw sync` installs the wheels that the platform can load"});
      }
    }
    return {};
  }

  void check_packages() {
    const auto& project = *m_worker.project;
    if (!project.python || project.python->dependencies.empty()) {
      return;
    }
    const auto synced = m_files.status(project.python_modules() / ".synced");
    const auto listed = m_files.status(project.python->file);
    const auto locked = m_files.status(project.root / "pylock.toml");
    if (!synced || !*synced) {
      m_findings.push_back(project.diagnose(Severity::warning,
                                            "the packages of pyproject.toml are not in `python_modules`",
                                            project.python->dependencies_place,
                                            {"run `pyw sync` first"}));
    } else if (listed && *listed && (*listed)->modified_ns > (*synced)->modified_ns) {
      m_findings.push_back(project.diagnose(Severity::warning,
                                            "pyproject.toml is newer than `python_modules`",
                                            project.python->dependencies_place,
                                            {"run `pyw sync` first"}));
    } else if (locked && *locked && (*locked)->modified_ns > (*synced)->modified_ns) {
      m_findings.push_back(
          project.diagnose(Severity::warning,
                           "pylock.toml is newer than `python_modules`: other versions would be "
                           "deployed than it names",
                           project.python->dependencies_place,
                           {"run `pyw sync` first"}));
    } else if (m_importable.count("workers") == 0) {
      m_findings.push_back(
          project.diagnose(Severity::warning,
                           "`python_modules` lacks the SDK (workers-runtime-sdk), which brings "
                           "the module `workers`",
                           project.python->dependencies_place,
                           {"`pyw sync` installs it"}));
    }
  }

  void check_size() {
    const auto size = m_manifest.total_size();
    if (size <= largest_bundle_bytes) {
      return;
    }
    std::vector<std::string> hints{"the biggest parts:"};
    for (const auto& line : cloud::biggest_parts(m_manifest)) {
      hints.push_back(line);
    }
    hints.emplace_back("`python_modules.exclude` in the wrangler file leaves files out");
    m_findings.push_back({Severity::warning,
                          fmt::format("the bundle has {}: the platform may refuse more than {}",
                                      human_size(size),
                                      human_size(largest_bundle_bytes)),
                          {},
                          {},
                          1,
                          std::move(hints)});
  }

  Result<std::vector<std::pair<std::string, Secret>>> local_secrets() {
    std::vector<std::pair<std::string, Secret>> out;
    PYW_TRY_ASSIGN(const auto text, m_files.read_if_exists(m_worker.project->root / ".dev.vars"));
    const auto parsed =
        text ? parse_secrets(*text) : Result<std::vector<std::pair<std::string, std::optional<Secret>>>>{};
    if (parsed) { // a broken file is `pyw dev`'s to complain about
      for (const auto& [name, value] : *parsed) {
        if (value && value->reveal().size() >= shortest_secret) {
          out.emplace_back(name, *value);
        }
      }
    }
    return out;
  }

  const cloud::Worker& m_worker;
  const bundle::BundleManifest& m_manifest;
  const ReadOnlyFileSystem& m_files;
  std::set<std::string, std::less<>> m_importable;
  std::vector<Diagnostic> m_findings;
};

} // namespace

Result<std::vector<Diagnostic>> check_worker(const cloud::Worker& worker, const ReadOnlyFileSystem& files) {
  if (!worker.manifest) {
    return std::vector<Diagnostic>{};
  }
  return Checker(worker, files).run();
}

} // namespace pyw::commands

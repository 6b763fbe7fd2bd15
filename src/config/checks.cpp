#include <base/suggest.hpp>
#include <base/text.hpp>
#include <config/checks.hpp>
#include <config/pyproject.hpp>
#include <config/schema_checks.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace pyw::config {

namespace {

// The flags of facts/python.md 1: only their misspellings are looked for, every other flag is workerd's
// business.
constexpr std::array<std::string_view, 16> python_flags{"python_workers",
                                                        "python_workers_314",
                                                        "python_workers_20260610",
                                                        "python_workers_20260817",
                                                        "python_workers_20250116",
                                                        "no_python_workers_314",
                                                        "no_python_workers_20250116",
                                                        "python_workflows",
                                                        "python_workflows_implicit_dependencies",
                                                        "python_no_global_handlers",
                                                        "python_dedicated_snapshot",
                                                        "python_check_rng_state",
                                                        "python_process_pth_files",
                                                        "enable_python_external_sdk",
                                                        "python_request_headers_preserve_commas",
                                                        "python_workers_durable_objects"};

class Checker {
public:
  Checker(const ReadOnlyFileSystem& files,
          const Project& project,
          const LoadOptions& options,
          Place file_place,
          Findings& findings)
      : m_files(files), m_project(project), m_options(options), m_file_place(file_place),
        m_findings(findings) {}

  void run() {
    check_name();
    check_main();
    check_date();
    check_flags();
    check_assets();
    check_routes();
    check_environment_choice();
    check_names(m_project, m_findings);
    check_classes(m_project, m_findings);
    check_python_project(m_files, m_project, m_findings);
  }

private:
  /// The value is there but was reported as wrong already.
  [[nodiscard]] bool is_written(std::string_view key) const { return m_project.raw(key) != nullptr; }

  /// How the key would be written in this project's configuration.
  [[nodiscard]] std::string assignment(std::string_view key, std::string_view value) const {
    const bool json = m_project.config_file.extension() != ".toml";
    return json ? fmt::format("add `\"{}\": {}`", key, value) : fmt::format("add `{} = {}`", key, value);
  }

  void check_name() {
    if (m_options.purpose == Purpose::deploy && !m_project.name_is_configured &&
        (!is_written("name") || m_project.raw("name")->is(Value::Kind::string))) {
      m_findings.error("the Worker has no name",
                       m_file_place,
                       {assignment("name", fmt::format("\"{}\"", m_project.name.value))});
    }
  }

  /// Static files alone, without any code.
  [[nodiscard]] bool has_only_assets() const {
    return !m_project.main && m_project.assets && m_project.assets->directory;
  }

  void check_main() {
    if (!m_project.main) {
      if (!has_only_assets() && (!is_written("main") || m_project.raw("main")->is(Value::Kind::string))) {
        m_findings.error("`main` is missing: which file is the Worker's entry?",
                         m_file_place,
                         {assignment("main", "\"src/entry.py\"")});
      }
      return;
    }
    const auto& [main, place] = *m_project.main;
    // A Worker in JavaScript runs beside one in Python; nothing else is done for it.
    const bool beside = m_project.is_javascript() &&
                        (m_options.purpose == Purpose::dev || m_options.purpose == Purpose::inspect);
    if (Path(main).extension() != ".py" && !beside) {
      m_findings.error(fmt::format("`main` is `{}`, which is no Python file", main),
                       place,
                       {"pyw runs Python Workers: the entry ends in `.py`"});
    } else if (m_options.purpose != Purpose::sync && !m_files.is_file(m_project.main_file())) {
      m_findings.error(fmt::format("the entry file `{}` does not exist", main), place, {main_hint(main)});
    } else {
      check_base_dir();
    }
  }

  [[nodiscard]] std::string main_hint(const std::string& main) const {
    const auto folder = m_project.main_file().parent_path();
    std::vector<std::string> candidates;
    if (const auto entries = m_files.list(folder)) {
      for (const auto& entry : *entries) {
        if (entry.type == FileType::file && entry.name.ends_with(".py")) {
          candidates.push_back(entry.name);
        }
      }
    }
    const auto near = nearest(Path(main).filename().string(), candidates);
    const auto chosen = near ? *near : candidates.size() == 1 ? candidates.front() : std::string();
    return chosen.empty()
               ? "write it, or change `main`"
               : fmt::format("did you mean `{}`?", (Path(main).parent_path() / chosen).generic_string());
  }

  void check_base_dir() {
    if (!m_project.base_dir) {
      return;
    }
    const auto root = m_project.module_root();
    const auto relative = m_project.main_file().lexically_relative(root);
    if (relative.empty() || relative.begin()->string() == "..") {
      m_findings.error(fmt::format("`main` does not lie in `base_dir`, `{}`", m_project.base_dir->value),
                       m_project.base_dir->place);
    }
  }

  void check_date() {
    const auto& [date, place] = m_project.compatibility_date;
    if (date.empty()) {
      if (!is_written("compatibility_date") || m_project.raw("compatibility_date")->is(Value::Kind::string)) {
        m_findings.error(
            "`compatibility_date` is missing: which day's runtime behaviour does the Worker want?",
            m_file_place,
            {assignment("compatibility_date",
                        fmt::format("\"{}\"", m_options.today.empty() ? "2026-11-17" : m_options.today))});
      }
    } else if (!m_options.today.empty() && !pyw::config::check_date(Value(date)) && date > m_options.today) {
      m_findings.error(fmt::format("`compatibility_date` {} lies in the future", date),
                       place,
                       {fmt::format("today is {} (UTC)", m_options.today)});
    }
  }

  void check_flags() {
    // workerd 1.20261117 was asked: no date implies `python_workers`, only this flag does.
    const bool enabled =
        m_project.has_flag("python_workers") || m_project.has_flag("auto_inject_python_workers");
    const auto* flags = m_project.raw("compatibility_flags");
    std::string misspelt;
    std::map<std::string, std::uint32_t> seen;
    const std::vector<std::string> known(python_flags.begin(), python_flags.end());
    for (const auto& [flag, place] : m_project.compatibility_flags) {
      if (const auto [first, is_new] = seen.emplace(flag, place.line); !is_new) {
        m_findings.error(
            fmt::format("the flag `{}` is listed twice", flag), place, {"the runtime takes each flag once"});
      }
      const auto near = flag.find("python") == std::string::npos && flag.find("worker") == std::string::npos
                            ? std::nullopt
                            : nearest(flag, known);
      const bool is_twin = flag.starts_with("no_") || flag.starts_with("disable_");
      if (near && *near != flag && !is_twin && edit_distance(flag, *near) <= 2) {
        misspelt = flag;
        m_findings.warning(
            fmt::format("unknown flag `{}`", flag), place, {fmt::format("did you mean `{}`?", *near)});
      }
    }
    if (!enabled && !has_only_assets() && !m_project.is_javascript() &&
        (flags == nullptr || flags->is(Value::Kind::array))) {
      m_findings.error("the flag `python_workers` is missing from `compatibility_flags`",
                       flags == nullptr ? m_file_place
                                        : m_project.resolved.find_entry("compatibility_flags")->key_place,
                       {!misspelt.empty() ? fmt::format("`{}` looks like it", misspelt)
                                          : assignment("compatibility_flags", "[\"python_workers\"]")});
    }
  }

  void check_assets() {
    if (!m_project.assets || m_options.purpose == Purpose::sync || m_options.purpose == Purpose::types) {
      return;
    }
    const auto& assets = *m_project.assets;
    if (!assets.directory) {
      const auto* section = m_project.raw("assets");
      if (section->find("directory") == nullptr) {
        m_findings.error("`assets` needs the key `directory`",
                         section->place,
                         {"`directory`: the folder of the static files"});
      }
      return;
    }
    if (!assets.directory->empty() && !m_files.is_directory(m_project.root / *assets.directory)) {
      m_findings.error(fmt::format("the assets folder `{}` does not exist", *assets.directory),
                       assets.place,
                       {"make it, or change `assets.directory`"});
    }
  }

  void check_routes() {
    const auto* route = m_project.resolved.find_entry("route");
    if (route != nullptr && m_project.raw("routes") != nullptr) {
      m_findings.error(
          "`route` and `routes` are both set", route->key_place, {"put all of them into `routes`"});
    }
  }

  void check_environment_choice() {
    const bool chosen = m_project.environment || m_options.environment;
    if (m_options.purpose != Purpose::deploy || chosen || m_project.environments.empty()) {
      return;
    }
    std::vector<std::string> choices;
    for (const auto& name : m_project.environments) {
      choices.push_back(fmt::format("`-e {}`", name));
    }
    m_findings.warning(
        "there are environments, but none was chosen: this is the top level",
        {},
        {fmt::format("choose with {}, or say `-e \"\"` to mean the top level", join(choices, ", "))});
  }

  const ReadOnlyFileSystem& m_files;
  const Project& m_project;
  const LoadOptions& m_options;
  Place m_file_place;
  Findings& m_findings;
};

} // namespace

void check_numbers(const Value& root, Findings& findings) {
  if (root.is(Value::Kind::floating) && !std::isfinite(root.number())) {
    findings.error("this number is too large, or none at all",
                   root.place,
                   {"a Worker gets its configuration as JSON; put the number in quotes if it is a text"});
  }
  for (const auto& item : root.items()) {
    check_numbers(item, findings);
  }
  for (const auto& entry : root.entries()) {
    check_numbers(entry.value, findings);
  }
}

void check_project(const ReadOnlyFileSystem& files,
                   const Project& project,
                   const LoadOptions& options,
                   const Place& file_place,
                   Findings& findings) {
  Checker(files, project, options, file_place, findings).run();
}

} // namespace pyw::config

#include <config/checks.hpp>
#include <config/decode.hpp>
#include <config/environments.hpp>
#include <config/findings.hpp>
#include <config/load.hpp>
#include <config/pyproject.hpp>
#include <config/readers.hpp>
#include <config/secrets.hpp>
#include <config/source_text.hpp>
#include <config/validate.hpp>

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::config {

namespace {

// wrangler's order.
constexpr std::array<const char*, 3> wrangler_files{"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

bool may_have_tool_pyw(const ReadOnlyFileSystem& files, const Path& pyproject) {
  const auto text = files.read_if_exists(pyproject);
  return text && *text &&
         ((*text)->find("tool.pyw") != std::string::npos ||
          ((*text)->find("[tool]") != std::string::npos && (*text)->find("pyw") != std::string::npos));
}

} // namespace

std::string today_utc(std::chrono::system_clock::time_point now) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::optional<Path> find_config_file(const ReadOnlyFileSystem& files, const Path& start) {
  for (auto folder = start.lexically_normal();; folder = folder.parent_path()) {
    for (const auto* name : wrangler_files) {
      if (files.is_file(folder / name)) {
        return folder / name;
      }
    }
    if (may_have_tool_pyw(files, folder / "pyproject.toml")) {
      return folder / "pyproject.toml";
    }
    if (!folder.has_relative_path()) {
      return std::nullopt;
    }
  }
}

namespace {

class Loader {
public:
  Loader(const ReadOnlyFileSystem& files, const Environment& environment, const LoadOptions& options)
      : m_files(files), m_environment(environment), m_options(options) {}

  Result<LoadResult> run() {
    PYW_TRY_ASSIGN(m_project.config_file, locate());
    m_project.root = m_project.config_file.parent_path();
    const auto configuration = read_configuration();
    if (configuration) {
      build(*configuration);
    }
    if (!configuration || m_findings.has_errors()) {
      return failure(Error{ErrorKind::user, m_findings.take(), 0});
    }
    LoadResult result{std::move(m_project), m_findings.take()};
    result.project.sources = m_findings.take_sources();
    return result;
  }

private:
  [[nodiscard]] Result<Path> locate() const {
    if (!m_files.is_directory(m_options.start_directory)) {
      return failure(user_error(fmt::format("there is no folder `{}`", m_options.start_directory.string())));
    }
    if (m_options.config) {
      const auto path = (m_options.start_directory / *m_options.config).lexically_normal();
      if (!m_files.is_file(path)) {
        return failure(user_error(fmt::format("there is no file `{}`", m_options.config->string()),
                                  {"-c names the wrangler file to use"}));
      }
      return path;
    }
    if (auto found = find_config_file(m_files, m_options.start_directory)) {
      return std::move(*found);
    }
    return failure(user_error(
        fmt::format(
            "no project in `{}` or above it: there is no wrangler.toml, wrangler.jsonc or wrangler.json, and "
            "no pyproject.toml with [tool.pyw]",
            m_options.start_directory.string()),
        {"`pyw init` makes a project; -C DIR works in another folder"}));
  }

  [[nodiscard]] std::string display_path(const Path& path) const {
    const auto relative = path.lexically_relative(m_options.start_directory.lexically_normal());
    return relative.empty() ? path.string() : relative.generic_string();
  }

  struct Parsed {
    std::uint32_t file = Place::nowhere;
    std::optional<Value> root;
  };

  Parsed read(const Path& path) {
    m_project.read_files.push_back(path);
    auto text = m_files.read(path);
    if (!text) {
      for (auto& diagnostic : text.error().diagnostics) {
        m_findings.error(std::move(diagnostic.message), {}, std::move(diagnostic.hints));
      }
      return {};
    }
    Parsed parsed{m_findings.add_source({display_path(path), without_byte_order_mark(std::move(*text))}),
                  std::nullopt};
    const auto extension = path.extension();
    parsed.root = extension == ".json" || extension == ".jsonc" ? read_json(parsed.file, m_findings)
                                                                : read_toml(parsed.file, m_findings);
    return parsed;
  }

  struct Configuration {
    Value root;
    Place file_place;
  };

  std::optional<Configuration> read_configuration() {
    const auto pyproject_path = m_project.root / "pyproject.toml";
    const bool in_pyproject = m_project.config_file == pyproject_path;
    auto config = in_pyproject ? Parsed() : read(m_project.config_file);
    for (const auto* name : wrangler_files) { // one that appears later changes which file counts
      m_project.read_files.push_back(m_project.root / name);
    }
    auto pyproject = m_files.is_file(pyproject_path) ? read(pyproject_path) : Parsed();
    m_project.read_files.push_back(pyproject_path);
    if (pyproject.root) {
      m_project.python = decode_pyproject(pyproject_path, *pyproject.root, m_findings);
    }
    const auto* tool = pyproject.root ? find_tool_pyw(*pyproject.root) : nullptr;
    if (in_pyproject) {
      return configuration_of_tool(pyproject, tool);
    }
    if (tool != nullptr) {
      m_findings.warning(
          fmt::format("[tool.pyw] is ignored: `{}` is there", display_path(m_project.config_file)),
          tool->place,
          {"keep one of the two"});
    }
    warn_other_files();
    if (!config.root) {
      return std::nullopt;
    }
    const auto place = LineIndex(m_findings.sources()[config.file].text, config.file).place(0);
    return Configuration{std::move(*config.root), place};
  }

  std::optional<Configuration> configuration_of_tool(const Parsed& pyproject, const Value* tool) {
    if (tool == nullptr) {
      if (pyproject.root) {
        m_findings.error("pyproject.toml has no table [tool.pyw]",
                         Place{pyproject.file, 1, 1},
                         {"it takes the keys of wrangler.toml"});
      }
      return std::nullopt;
    }
    return Configuration{*tool, tool->place};
  }

  void warn_other_files() {
    for (const auto* name : wrangler_files) {
      const auto path = m_project.root / name;
      if (path != m_project.config_file && !m_options.config && m_files.is_file(path)) {
        m_findings.warning(fmt::format("`{}` is ignored: `{}` counts",
                                       display_path(path),
                                       display_path(m_project.config_file)),
                           {},
                           {"keep one of the two"});
      }
    }
  }

  void choose_environment(const Value& root) {
    m_project.environments = environment_names(root);
    auto chosen = m_options.environment ? m_options.environment : m_environment.get("CLOUDFLARE_ENV");
    if (chosen && !chosen->empty()) {
      m_project.environment = std::move(chosen);
    }
  }

  void validate(const Value& root) {
    validate_configuration(root, "", Strictness::errors, m_findings);
    const auto* environments = root.find("env");
    if (environments == nullptr) {
      return;
    }
    for (const auto& entry : environments->entries()) {
      const auto path = "env." + entry.key;
      const auto strictness = entry.key == m_project.environment ? Strictness::errors : Strictness::warnings;
      if (entry.value.is(Value::Kind::table)) {
        validate_configuration(entry.value, path, strictness, m_findings);
      } else {
        m_findings.report(strictness == Strictness::errors ? Severity::error : Severity::warning,
                          fmt::format("`{}` must be a table, not {}", path, describe(entry.value.kind())),
                          entry.value.place);
      }
    }
  }

  void name_project(const Value& root) {
    if (const auto* name = root.find("name"); name != nullptr && name->is(Value::Kind::string)) {
      m_project.top_level_name = name->text();
    }
    if (m_project.name_is_configured) {
      return;
    }
    // [tool.pyw] stands beside [project], which has a name; anything else only guesses.
    const bool in_pyproject = m_project.config_file.filename() == "pyproject.toml";
    if (in_pyproject && m_project.python && m_project.python->name) {
      m_project.top_level_name = worker_name_of(m_project.python->name->value);
      m_project.name = {m_project.top_level_name, m_project.python->name->place};
      m_project.name_is_configured = true;
    } else {
      m_project.name.value = worker_name_of(m_project.root.filename().string());
    }
    if (m_project.name.value.empty()) {
      m_project.name.value = "worker";
    }
    if (m_project.environment) {
      m_project.name.value += "-" + *m_project.environment;
    }
  }

  void build(const Configuration& configuration) {
    choose_environment(configuration.root);
    validate(configuration.root);
    check_numbers(configuration.root, m_findings);
    m_project.resolved = resolve_environment(configuration.root, m_project.environment, m_findings);
    decode_project(m_project);
    name_project(configuration.root);
    if (m_options.secrets == SecretFiles::load) {
      load_secrets(
          m_files, m_environment, m_options.start_directory.lexically_normal(), m_project, m_findings);
    }
    check_project(m_files, m_project, m_options, configuration.file_place, m_findings);
  }

  const ReadOnlyFileSystem& m_files;
  const Environment& m_environment;
  const LoadOptions& m_options;
  Project m_project;
  Findings m_findings;
};

} // namespace

Result<LoadResult>
load_project(const ReadOnlyFileSystem& files, const Environment& environment, const LoadOptions& options) {
  return Loader(files, environment, options).run();
}

} // namespace pyw::config

#include <base/text.hpp>
#include <config/dotenv.hpp>
#include <config/secrets.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::config {

namespace {

bool is_on(const Environment& environment, const std::string& name, bool otherwise) {
  const auto value = environment.get_nonempty(name);
  return value ? to_lower(*value) == "true" : otherwise;
}

class SecretLoader {
public:
  SecretLoader(const ReadOnlyFileSystem& files,
               const Environment& environment,
               const Path& start,
               Project& project,
               Findings& findings)
      : m_files(files), m_environment(environment), m_start(start), m_project(project), m_findings(findings) {
  }

  void run() {
    const auto chosen = m_project.environment.value_or("");
    bool found = !chosen.empty() && read(".dev.vars." + chosen);
    found = found || read(".dev.vars");
    if (!found && is_on(m_environment, "CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", true)) {
      read_dot_env(chosen);
    }
    keep_wanted();
    warn_missing();
  }

private:
  /// Whether the file is there.
  bool read(const std::string& name) {
    const auto path = m_project.root / name;
    m_project.read_files.push_back(path);
    if (m_files.is_directory(path)) { // `.env` is also what some call their virtual environment
      return false;
    }
    const auto content = m_files.read_if_exists(path);
    const auto display = path.lexically_relative(m_start).generic_string();
    if (!content) {
      m_findings.error(
          std::string(content.error().message()), {}, {"pyw reads secrets for local development from it"});
      return true;
    }
    if (!*content) {
      return false;
    }
    const auto file = m_findings.add_source({display.empty() ? path.string() : display, {}});
    const auto parsed = parse_dotenv(**content);
    for (const auto line : parsed.ignored_lines) {
      m_findings.warning(
          "this line is no assignment and is ignored",
          Place{file, static_cast<std::uint32_t>(line), 1},
          {"a secret is written `NAME=value`, or `NAME=\"value\"` when it has blanks, `#` or line breaks"});
    }
    for (const auto& entry : parsed.entries) {
      set(entry.name,
          entry.value,
          {file,
           static_cast<std::uint32_t>(entry.line),
           static_cast<std::uint32_t>(entry.column),
           static_cast<std::uint32_t>(entry.name.size())});
    }
    return true;
  }

  void read_dot_env(const std::string& chosen) {
    read(".env");
    read(".env.local");
    if (!chosen.empty()) {
      read(".env." + chosen);
      read(".env." + chosen + ".local");
    }
    std::map<std::string, std::string> known;
    const bool with_process =
        m_project.required_secrets || is_on(m_environment, "CLOUDFLARE_INCLUDE_PROCESS_ENV", false);
    if (with_process) {
      known = m_environment.all();
    }
    for (auto& secret : m_project.secrets) {
      // The process environment wins over the files, as in dotenv-expand.
      const auto inherited = with_process ? m_environment.get_nonempty(secret.name) : std::nullopt;
      secret.value = Secret(inherited ? *inherited : expand_dotenv(secret.value.reveal(), known));
      known[secret.name] = secret.value.reveal();
    }
    if (with_process) {
      for (const auto& [name, value] : m_environment.all()) {
        if (std::none_of(m_project.secrets.begin(), m_project.secrets.end(), [&](const auto& secret) {
              return secret.name == name;
            })) {
          m_project.secrets.push_back({name, Secret(value), {}});
        }
      }
    }
  }

  void set(const std::string& name, const std::string& value, const Place& place) {
    const auto known = std::find_if(m_project.secrets.begin(),
                                    m_project.secrets.end(),
                                    [&](const auto& secret) { return secret.name == name; });
    if (known == m_project.secrets.end()) {
      m_project.secrets.push_back({name, Secret(value), place});
    } else {
      known->value = Secret(value);
      known->place = place;
    }
  }

  [[nodiscard]] bool is_required(const std::string& name) const {
    const auto& required = *m_project.required_secrets;
    return std::any_of(
        required.begin(), required.end(), [&](const auto& wanted) { return wanted.value == name; });
  }

  /// With `secrets.required` the Worker gets those names alone, and overrides of its variables.
  void keep_wanted() {
    if (!m_project.required_secrets) {
      return;
    }
    std::erase_if(m_project.secrets, [&](const auto& secret) {
      const bool is_variable =
          std::any_of(m_project.vars.begin(), m_project.vars.end(), [&](const auto& variable) {
            return variable.name == secret.name;
          });
      return !is_variable && !is_required(secret.name);
    });
  }

  void warn_missing() {
    if (!m_project.required_secrets) {
      return;
    }
    for (const auto& wanted : *m_project.required_secrets) {
      if (std::none_of(m_project.secrets.begin(), m_project.secrets.end(), [&](const auto& secret) {
            return secret.name == wanted.value;
          })) {
        m_findings.warning(fmt::format("the secret `{}` has no value for local development", wanted.value),
                           wanted.place,
                           {"add it to .dev.vars (not to the repository), or set it in the environment"});
      }
    }
  }

  const ReadOnlyFileSystem& m_files;
  const Environment& m_environment;
  const Path& m_start;
  Project& m_project;
  Findings& m_findings;
};

} // namespace

void load_secrets(const ReadOnlyFileSystem& files,
                  const Environment& environment,
                  const Path& start,
                  Project& project,
                  Findings& findings) {
  SecretLoader(files, environment, start, project, findings).run();
}

} // namespace pyw::config

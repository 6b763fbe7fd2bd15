#include <base/hash.hpp>
#include <base/text.hpp>
#include <python/pylock.hpp>
#include <python/sync_inputs.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::python {

namespace {

/// uv's variables that choose what is resolved; the rest (cache, threads, colours) does not change the
/// result.
constexpr std::array<std::string_view, 18> deciding_variables{
    "UV_BUILD_CONSTRAINT",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_DEFAULT_INDEX",
    "UV_EXCLUDE",
    "UV_EXCLUDE_NEWER",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_NO_BINARY_PACKAGE",
    "UV_NO_CONFIG",
    "UV_NO_INDEX",
    "UV_NO_SOURCES",
    "UV_OVERRIDE",
    "UV_PRERELEASE",
    "UV_RESOLUTION",
};

/// Folders of a local package whose files do not end up in its wheel.
constexpr std::array<std::string_view, 7> not_part_of_a_package{
    ".git",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    ".pyw",
};

/// Text that no other list of parts makes: each part with its length in front.
void append_part(std::string& text, std::string_view part) {
  text += fmt::format("{}:", part.size());
  text += part;
}

std::string settings_digest(const ReadOnlyFileSystem& files,
                            const Environment& environment,
                            const Path& root,
                            const std::optional<std::string>& index) {
  std::string text;
  for (const auto name : deciding_variables) {
    append_part(text, environment.get(std::string(name)).value_or(""));
  }
  append_part(text, index.value_or(""));
  const auto user_settings = environment.config_directory().parent_path() / "uv" / "uv.toml";
  for (const auto& file : {root / "uv.toml", user_settings}) {
    append_part(text, files.read(file).value_or(""));
  }
  return sha256_hex(text);
}

Result<void> append_tree(const ReadOnlyFileSystem& files, const Path& folder, std::string& text) {
  PYW_TRY_ASSIGN(const auto entries, files.list(folder));
  for (const auto& entry : entries) {
    const auto path = folder / entry.name;
    if (entry.type == FileType::directory) {
      const auto skipped = std::find(not_part_of_a_package.begin(), not_part_of_a_package.end(), entry.name);
      if (skipped == not_part_of_a_package.end() && !entry.name.ends_with(".egg-info")) {
        PYW_TRY(append_tree(files, path, text));
      }
      continue;
    }
    PYW_TRY_ASSIGN(const auto status, files.status(path));
    if (status) {
      append_part(text, path.string());
      append_part(text, fmt::format("{} {}", status->size, status->modified_ns));
    }
  }
  return {};
}

bool names_sdk(const config::Project& project) {
  const auto is_sdk = [](const auto& dependency) {
    return requirement_name(dependency.value) == sdk_package;
  };
  return project.python &&
         std::any_of(project.python->dependencies.begin(), project.python->dependencies.end(), is_sdk);
}

/// The text to put into pyproject.toml instead of a requirements.txt.
std::string as_pyproject(std::string_view requirements, const config::Project& project) {
  auto text =
      fmt::format("[project]\nname = \"{}\"\nversion = \"0.1.0\"\ndependencies = [\n", project.name.value);
  for (const auto line : split(requirements, '\n')) {
    const auto requirement = trim(line.substr(0, line.find(" #")));
    if (!requirement.empty() && requirement.front() != '#' && requirement.front() != '-') {
      text += fmt::format("    \"{}\",\n", replace_all(std::string(requirement), "\"", "'"));
    }
  }
  return text + "]";
}

Result<void> refuse_requirements_txt(const ReadOnlyFileSystem& files, const config::Project& project) {
  const bool has_dependencies = project.python && project.python->name;
  if (has_dependencies || !files.is_file(project.root / "requirements.txt")) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto requirements, files.read(project.root / "requirements.txt"));
  return failure(user_error(
      "`requirements.txt` is not read: a Python Worker's packages stand in `pyproject.toml`",
      {fmt::format("remove it, and write into `pyproject.toml`:\n{}", as_pyproject(requirements, project))}));
}

} // namespace

std::string normalized_name(std::string_view name) {
  std::string normal;
  for (const char letter : name) {
    const bool separator = letter == '-' || letter == '_' || letter == '.';
    if (!separator) {
      normal += letter;
    } else if (normal.empty() || normal.back() != '-') {
      normal += '-';
    }
  }
  return to_lower(normal);
}

std::string requirement_name(std::string_view requirement) {
  requirement = trim(requirement);
  const auto end =
      requirement.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
  return normalized_name(requirement.substr(0, end));
}

std::optional<std::string> pyodide_index(const Environment& environment, const TargetPython& python) {
  const auto index = environment.get("PYW_PYODIDE_INDEX").value_or(PYW_PYODIDE_INDEX_DEFAULT);
  if (index.empty() || index == "off") {
    return std::nullopt;
  }
  return replace_all(index, "{python}", python.version);
}

std::string lock_digest(const std::optional<std::string>& lock) {
  return lock ? sha256_hex(*lock) : "none";
}

Result<std::string>
local_digest(const ReadOnlyFileSystem& files, const Path& root, const std::optional<std::string>& lock) {
  if (!lock || !mentions_directories(*lock)) {
    return std::string{};
  }
  PYW_TRY_ASSIGN(const auto packages, parse_pylock(*lock));
  std::string text;
  for (const auto& package : packages) {
    if (package.directory && files.is_directory(root / *package.directory)) {
      PYW_TRY(append_tree(files, (root / *package.directory).lexically_normal(), text));
    }
  }
  return sha256_hex(text);
}

Result<SyncInputs> read_sync_inputs(const ReadOnlyFileSystem& files,
                                    const Environment& environment,
                                    const config::Project& project) {
  PYW_TRY(refuse_requirements_txt(files, project));
  SyncInputs inputs;
  inputs.root = project.root;
  inputs.target = project.python_modules();
  PYW_TRY_ASSIGN(inputs.python, target_python(config::to_text(project.python_version)));
  inputs.has_project_table = project.python && project.python->name;
  inputs.names_sdk = names_sdk(project);
  inputs.pyodide_index = pyodide_index(environment, inputs.python);
  PYW_TRY_ASSIGN(inputs.lock, files.read_if_exists(project.root / "pylock.toml"));
  PYW_TRY_ASSIGN(const auto stamp, files.read_if_exists(inputs.target / std::string(stamp_name)));
  inputs.synced = stamp ? parse_stamp(*stamp) : std::nullopt;

  PYW_TRY_ASSIGN(const auto pyproject, files.read_if_exists(project.root / "pyproject.toml"));
  inputs.wanted.python = inputs.python.version;
  inputs.wanted.project = sha256_hex(pyproject.value_or(""));
  inputs.wanted.lock = lock_digest(inputs.lock);
  inputs.wanted.settings = settings_digest(files, environment, project.root, inputs.pyodide_index);
  // A lock that cannot be parsed is reported by the sync that is then due, not here.
  inputs.wanted.local = local_digest(files, project.root, inputs.lock).value_or("unreadable");
  return inputs;
}

} // namespace pyw::python

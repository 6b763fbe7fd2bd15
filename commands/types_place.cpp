#include <commands/types_place.hpp>
#include <commands/types_setup.hpp>

#include <vector>

namespace pyw::commands {

namespace {

constexpr std::string_view suffix = "-stubs";

/// lib/python3.13/site-packages of a virtual environment; nullopt when it is none.
std::optional<Path> site_packages(const ReadOnlyFileSystem& files, const Path& environment) {
  if (!files.is_file(environment / "pyvenv.cfg")) {
    return std::nullopt;
  }
  const auto versions = files.list(environment / "lib");
  if (!versions) {
    return std::nullopt;
  }
  for (const auto& entry : *versions) {
    const auto packages = environment / "lib" / entry.name / "site-packages";
    if (entry.name.starts_with("python") && files.is_directory(packages)) {
      return packages;
    }
  }
  return std::nullopt;
}

} // namespace

Path StubPlace::path_of(std::string_view stub_file) const {
  const auto slash = stub_file.find('/');
  auto package = stub_file.substr(0, slash);
  if (!stub_suffix && package.ends_with(suffix)) {
    package.remove_suffix(suffix.size());
  }
  return folder / package / stub_file.substr(slash + 1);
}

StubPlace find_stub_place(const ReadOnlyFileSystem& files,
                          const Environment& environment,
                          const config::Project& project,
                          const std::optional<Path>& outdir) {
  if (outdir) {
    return {*outdir, true};
  }
  const auto settings = files.read_if_exists(project.root / "pyproject.toml");
  if (settings && *settings && names_types_folder(**settings)) {
    return {project.root / types_folder, false};
  }
  std::vector<Path> candidates;
  if (const auto active = environment.get_nonempty("VIRTUAL_ENV")) {
    candidates.emplace_back(*active);
  }
  if (const auto of_uv = environment.get_nonempty("UV_PROJECT_ENVIRONMENT")) {
    candidates.push_back(project.root / *of_uv);
  }
  candidates.push_back(project.root / ".venv");
  candidates.push_back(project.root / ".venv-workers");
  candidates.push_back(project.root / "venv");
  for (const auto& candidate : candidates) {
    if (const auto packages = site_packages(files, candidate)) {
      return {*packages, true};
    }
  }
  return {project.main ? project.module_root() : project.root, false};
}

} // namespace pyw::commands

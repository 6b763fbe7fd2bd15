#include <base/text.hpp>
#include <commands/types_venv.hpp>
#include <python/pylock.hpp>
#include <python/uv.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::commands {

namespace {

constexpr std::string_view sdk = "workers-runtime-sdk";

/// The locked versions: the packages of WebAssembly exist for this machine too, or have the same sources.
Result<std::vector<std::string>> packages_of(const config::Project& project,
                                             const std::optional<std::string>& lock) {
  std::vector<std::string> packages;
  if (lock) {
    PYW_TRY_ASSIGN(const auto locked, python::parse_pylock(*lock));
    for (const auto& package : locked) {
      if (package.directory) {
        packages.push_back((project.root / *package.directory).lexically_normal().string());
      } else if (!package.conditional) {
        packages.push_back(package.version.empty() ? package.name : package.name + "==" + package.version);
      }
    }
    return packages;
  }
  if (project.python) {
    for (const auto& requirement : project.python->dependencies) {
      packages.push_back(requirement.value);
    }
  }
  const bool has_sdk = std::any_of(
      packages.begin(), packages.end(), [](const std::string& text) { return text.starts_with(sdk); });
  if (!has_sdk) {
    packages.emplace_back(sdk);
  }
  return packages;
}

} // namespace

Result<VenvPlan> plan_venv(const config::Project& project,
                           const Path& uv,
                           const std::string& python,
                           const std::optional<std::string>& lock,
                           bool exists) {
  VenvPlan plan{project.root / ".venv", {}};
  PYW_TRY_ASSIGN(plan.packages, packages_of(project, lock));
  const auto add = [&](std::vector<std::string> words) {
    Command command;
    command.argv = {uv.string()};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.working_directory = project.root;
    plan.commands.push_back(std::move(command));
  };
  if (!exists) {
    add({"venv", "--python", python, plan.folder.string()});
  }
  std::vector<std::string> install{"pip", "install", "--python", plan.folder.string()};
  install.insert(install.end(), plan.packages.begin(), plan.packages.end());
  add(std::move(install));
  return plan;
}

Result<void> make_venv(World& world, const config::Project& project, const std::string& python) {
  PYW_TRY_ASSIGN(const auto uv, toolchain::find_uv(world, project.root));
  PYW_TRY_ASSIGN(const auto lock, world.files.read_if_exists(project.root / "pylock.toml"));
  const bool exists = world.files.is_file(project.root / ".venv" / "pyvenv.cfg");
  PYW_TRY_ASSIGN(const auto plan, plan_venv(project, uv.path, python, lock, exists));
  const auto progress = world.reporter.progress("making .venv", ProgressUnit::items);
  for (const auto& command : plan.commands) {
    PYW_TRY_ASSIGN(const auto failed, python::run_uv(world, command, *progress));
    if (failed) {
      return failure(user_error(
          fmt::format("uv could not make `.venv`: {}", trim(python::whole_text(failed->complaint))),
          {exists ? "`pyw -v types --venv` shows its commands"
                  : fmt::format(
                        "a Python {} that uv finds is needed, or one that it can fetch; a `.venv` that is "
                        "there is used as it is, whatever its Python",
                        python)}));
    }
  }
  world.reporter.message(fmt::format(
      "`.venv` has Python {} and {}", python, counted(plan.packages.size(), "package", "packages")));
  return {};
}

} // namespace pyw::commands

#include <commands/runtime_parts.hpp>
#include <toolchain/toolchain.hpp>

#include <array>
#include <optional>
#include <vector>

namespace pyw::commands {

namespace {

using toolchain::Part;

Result<Part> pyodide_for(const config::Project& project) {
  switch (project.python_version) {
  case config::PythonVersion::python_3_14:
    return Part::pyodide_314;
  case config::PythonVersion::python_3_13:
    return Part::pyodide_313;
  case config::PythonVersion::python_3_12:
    break;
  }
  Error error =
      user_error("Python 3.12, which this compatibility date and these flags choose, does not run here");
  error.diagnostics = {project.diagnose(
      Severity::error,
      "Python 3.12, which this compatibility date and these flags choose, does not run locally",
      project.compatibility_date.place,
      {"for Python 3.13 set `compatibility_date` to 2025-09-29 or later, or add the flag "
       "`python_workers_20250116`",
       "for Python 3.14 set it to 2026-09-08 or later, or add the flag `python_workers_20260610`"})};
  return failure(std::move(error));
}

Result<runtime::RuntimeParts> installed_parts(const config::Project& project,
                                              std::optional<Part> pyodide,
                                              World& world,
                                              toolchain::CheckDepth depth) {
  std::vector<Part> parts{Part::workerd, Part::miniflare};
  if (pyodide) {
    parts.push_back(*pyodide);
  }
  PYW_TRY_ASSIGN(const auto installed, toolchain::ensure(world, project.root, parts, depth));
  PYW_TRY_ASSIGN(const auto pins, toolchain::pins_here(parts));
  runtime::RuntimeParts result;
  result.workerd = installed.program(Part::workerd);
  result.workerd_version = pins.front()->version;
  result.miniflare = installed.folder(Part::miniflare);
  result.cache = world.environment.cache_directory() / "runtime";
  if (pyodide) {
    result.pyodide = installed.folder(*pyodide);
    result.pyodide_version = pins.back()->version;
  }
  return result;
}

} // namespace

Result<runtime::RuntimeParts>
runtime_parts(const config::Project& project, World& world, toolchain::CheckDepth depth) {
  if (project.is_javascript()) {
    return store_parts(project, world, depth);
  }
  PYW_TRY_ASSIGN(const auto pyodide, pyodide_for(project));
  return installed_parts(project, pyodide, world, depth);
}

Result<runtime::RuntimeParts>
store_parts(const config::Project& project, World& world, toolchain::CheckDepth depth) {
  return installed_parts(project, std::nullopt, world, depth);
}

std::optional<runtime::RuntimeParts> parts_at_hand(const config::Project& project, World& world) {
  if (project.python_version == config::PythonVersion::python_3_12) {
    return std::nullopt; // there is none
  }
  const auto pyodide =
      project.python_version == config::PythonVersion::python_3_14 ? Part::pyodide_314 : Part::pyodide_313;
  const std::array wanted{Part::workerd, pyodide};
  const auto pins = toolchain::pins_here(wanted);
  if (!pins) {
    return std::nullopt;
  }
  const auto cache = toolchain::cache_of(world);
  for (const auto* pin : *pins) {
    if (cache.inspect(*pin, toolchain::CheckDepth::sizes).condition != toolchain::Condition::ready) {
      return std::nullopt;
    }
  }
  runtime::RuntimeParts parts;
  parts.workerd = cache.folder_of(*pins->at(0)) / pins->at(0)->program;
  parts.workerd_version = pins->at(0)->version;
  parts.pyodide = cache.folder_of(*pins->at(1));
  parts.pyodide_version = pins->at(1)->version;
  parts.cache = world.environment.cache_directory() / "runtime";
  return parts;
}

} // namespace pyw::commands

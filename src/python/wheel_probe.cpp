#include <base/text.hpp>
#include <python/interpreter.hpp>
#include <python/wheel_probe.hpp>

#include <fmt/core.h>

namespace pyw::python {

namespace {

/// The version of `package` that uv would take for a Python when nothing else constrains it.
std::optional<std::string> newest_for(World& world,
                                      const SyncPlan& plan,
                                      const Path& uv,
                                      const std::string& package,
                                      const TargetPython& python,
                                      ExtraIndex extra) {
  const auto interpreter = ensure_interpreter(world, python);
  if (!interpreter) {
    return std::nullopt;
  }
  std::vector<std::string> arguments{"pip",
                                     "compile",
                                     "-",
                                     "--no-deps",
                                     "--no-header",
                                     "--no-annotate",
                                     "--python",
                                     interpreter->string(),
                                     "--only-binary",
                                     ":all:"};
  if (extra == ExtraIndex::pyodide) {
    arguments.insert(arguments.end(),
                     {"--index", *plan.inputs.pyodide_index, "--index-strategy", "unsafe-best-match"});
  }
  auto command = uv_command(uv, plan.paths.root, std::move(arguments));
  command.input = package + "\n";
  command.standard_output = Stdio::pipe;
  const auto output = world.processes.run(command);
  if (!output || !output->exit.success()) {
    return std::nullopt;
  }
  const auto pin = trim(output->standard_output); // "numpy==2.3.1"
  const auto equals = pin.find("==");
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(trim(pin.substr(equals + 2, pin.find_first_of("; \n", equals) - equals - 2)));
}

} // namespace

WheelFindings probe_wheels(
    World& world, const SyncPlan& plan, const Path& uv, const std::string& package, ExtraIndex extra) {
  WheelFindings findings;
  if (package.empty()) {
    return findings;
  }
  findings.other_version = newest_for(world, plan, uv, package, plan.inputs.python, extra);
  for (const auto& other : target_pythons()) {
    if (other.version != plan.inputs.python.version && newest_for(world, plan, uv, package, other, extra)) {
      findings.other_python = other.version;
    }
  }
  return findings;
}

} // namespace pyw::python

#include "support/catch.hpp"

#include <base/error.hpp>
#include <python/explain.hpp>

using namespace pyw;
using namespace pyw::python;

namespace {

config::Project project_with(const std::string& requirement) {
  config::Project project;
  project.sources.push_back(
      {"pyproject.toml", "[project]\nname = \"app\"\ndependencies = [\"" + requirement + "\"]\n"});
  config::PythonProject python;
  python.name = config::Located<std::string>{"app", {0, 2, 8, 5}};
  python.dependencies.push_back(
      {requirement, {0, 3, 17, static_cast<std::uint32_t>(requirement.size() + 2)}});
  project.python = python;
  return project;
}

std::string explained(const config::Project& project, std::string_view uv_says, WheelFindings wheels = {}) {
  const ExplainContext context{.project = project,
                               .python = *target_python("3.14"),
                               .pyodide_index = {},
                               .asked_pyodide_index = false,
                               .uv_version = {},
                               .wheels = std::move(wheels)};
  return render(explain(parse_complaint(uv_says), context));
}

} // namespace

TEST_CASE("an unknown package points at its requirement") {
  const auto project = project_with("fastpi>=1");
  CHECK(explained(project,
                  "error: No solution found when resolving dependencies\n  cause: Because fastpi was not "
                  "found in the package "
                  "registry and app depends on fastpi, we can conclude that your requirements are "
                  "unsatisfiable.\n") == "pyproject.toml:3:17: error: there is no package `fastpi`\n"
                                         "  dependencies = [\"fastpi>=1\"]\n"
                                         "                  ^^^^^^^^^^^\n"
                                         "\n"
                                         "hint: check the spelling; a package of a private index needs "
                                         "`[[tool.uv.index]]` in `pyproject.toml`\n");
}

TEST_CASE("a package without a wheel: who needs it, for which Python, what exists") {
  const auto project = project_with("jinja2");
  const auto text = explained(
      project,
      "error: No solution found when resolving dependencies\n  cause: Because jinja2==3.1 depends on "
      "markupsafe>=2.0 and all versions of markupsafe have no usable wheels\n",
      {.other_version = "1.0", .other_python = "3.13"});
  CHECK(text.starts_with(
      "pyproject.toml:3:17: error: `markupsafe` (needed by `jinja2`) has no wheel for Python 3.14 on "
      "WebAssembly: neither a pure-Python one nor one tagged `pyemscripten_2026_0_wasm32`\n"));
  CHECK(text.find("hint: `markupsafe==1.0` has one") != std::string::npos);
  CHECK(text.find("hint: Python 3.13 has one") != std::string::npos);
  CHECK(text.find("PYW_PYODIDE_INDEX") != std::string::npos);
}

TEST_CASE("what is not recognised is shown whole") {
  CHECK(explained(project_with("x"), "error: a new trouble\n  cause: of another kind\n") ==
        "error: uv failed: a new trouble\nof another kind\n");
}

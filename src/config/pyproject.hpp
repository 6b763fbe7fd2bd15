// pyproject.toml: what pyw reads of it ([project] name, requires-python, dependencies; [tool.pyw]); the rest
// is uv's.
#pragma once

#include <config/findings.hpp>
#include <config/project.hpp>
#include <config/value.hpp>

#include <optional>

namespace pyw::config {

/// Reads `[project]` of a parsed pyproject.toml; wrong types are reported.
[[nodiscard]] PythonProject decode_pyproject(const Path& file, const Value& root, Findings& findings);

/// The table of `[tool.pyw]`; nullptr when there is none.
[[nodiscard]] const Value* find_tool_pyw(const Value& root);

/// What pyproject.toml and the Worker must agree on: `requires-python` admits the Worker's Python, and
/// packages are listed in one place only.
void check_python_project(const ReadOnlyFileSystem& files, const Project& project, Findings& findings);

/// A Worker name made of a package's name: "My_App" gives "my-app".
[[nodiscard]] std::string worker_name_of(std::string_view package_name);

} // namespace pyw::config

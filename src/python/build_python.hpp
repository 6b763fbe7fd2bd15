// Building a package that lies on this machine (`[tool.uv.sources] x = {path = …}`): uv runs the package's
// build backend in an environment it makes from our interpreter, which cannot run Python. A Python of this
// machine does it instead; the wheels that come out are pure or are refused by uv.
#pragma once

#include <base/filesystem.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::python {

/// The oldest Python that can stand in: build backends read TOML with tomllib, which came with 3.11.
inline constexpr int oldest_build_minor = 11;

/// Where `environment_python` (the link in an environment that uv made) keeps its packages: the one
/// `lib/python3.*/site-packages` beside its `bin`; nullopt when it is not in an environment.
[[nodiscard]] std::optional<Path> packages_of_environment(const Path& environment_python);

/// Where to look: $PYW_BUILD_PYTHON alone, else every python3, python3.14, 3.13, 3.12 and 3.11 of $PATH that
/// is not one of ours. None has been run: a version manager's stand-in may be among them.
[[nodiscard]] std::vector<Path> possible_build_pythons();

/// $PYW_BUILD_PYTHON, else the first python3.14, 3.13, 3.12, 3.11 or python3 of $PATH that is not one of
/// ours.
[[nodiscard]] std::optional<Path> find_build_python();

/// Becomes that Python with the environment's packages on its path; returns only on failure, with exit
/// code 2.
int run_build_python(const Path& environment_python, const std::vector<std::string>& arguments);

} // namespace pyw::python

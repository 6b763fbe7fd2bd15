// Where stub packages must lie so that mypy, pyright and Pylance find them without any setting.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <config/project.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::commands {

struct StubPlace {
  Path folder;
  /// Whether the packages are called `js-stubs` and `workers-stubs` there, or `js` and `workers`.
  bool stub_suffix = true;

  /// "js-stubs/_raw.pyi" as a path there.
  [[nodiscard]] Path path_of(std::string_view stub_file) const;
};

/// `outdir` when given; else `.pyw/types` when the settings in pyproject.toml say so (types_setup.hpp), under
/// the packages' own names; else the site-packages of the active or the project's own virtual environment;
/// else the folder of the entry file, under the packages' own names. Measured for all ways of running the
/// checkers (facts/types.md 5): only these two are found by all.
[[nodiscard]] StubPlace find_stub_place(const ReadOnlyFileSystem& files,
                                        const Environment& environment,
                                        const config::Project& project,
                                        const std::optional<Path>& outdir);

} // namespace pyw::commands

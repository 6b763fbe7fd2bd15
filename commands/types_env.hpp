// A project as typegen sees it: every binding with its kind, and the classes that the project's Python
// defines.
#pragma once

#include <base/filesystem.hpp>
#include <config/project.hpp>
#include <typegen/env.hpp>

namespace pyw::commands {

/// Reads the Python files beside the entry file for the classes of durable objects and entrypoints; where a
/// binding names another Worker, and a folder in the project's or beside it holds one of that name, its
/// Python, JavaScript or TypeScript too. A file that cannot be read has none.
[[nodiscard]] typegen::EnvDescription describe_env(const ReadOnlyFileSystem& files,
                                                   const config::Project& project);

} // namespace pyw::commands

// A project as typegen sees it: every binding with its kind, and the classes that the project's Python
// defines.
#pragma once

#include <base/filesystem.hpp>
#include <config/project.hpp>
#include <typegen/env.hpp>

#include <string>
#include <vector>

namespace pyw::commands {

/// Where the code of a Worker is.
struct WorkerCode {
  std::string name; ///< empty: the project's own
  Path main;
  Path folder; ///< of its modules
  Path configuration;
};

/// The Workers that the project's bindings name, where they lie in a folder of the project or beside it.
[[nodiscard]] std::vector<WorkerCode> find_other_workers(const ReadOnlyFileSystem& files,
                                                         const config::Project& project);

/// Reads the Python files beside the entry file for the classes of durable objects and entrypoints; where a
/// binding names another Worker, and a folder in the project's or beside it holds one of that name, its
/// Python, JavaScript or TypeScript too. A file that cannot be read has none.
[[nodiscard]] typegen::EnvDescription describe_env(const ReadOnlyFileSystem& files,
                                                   const config::Project& project);

} // namespace pyw::commands

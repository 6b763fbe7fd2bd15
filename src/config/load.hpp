// Finds a project's files and makes a Project of them: all errors of all files in one go.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <config/project.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pyw::config {

/// What the project is loaded for: deploy demands more (a configured name), and warns when environments exist
/// but none was chosen; sync demands less (an entry file that exists).
enum class Purpose { inspect, sync, dev, types, deploy };

/// Whether .dev.vars and .env files are read.
enum class SecretFiles { skip, load };

struct LoadOptions {
  Path start_directory;            ///< absolute; the search goes up from here
  std::optional<Path> config = {}; ///< -c; relative to start_directory
  /// -e; nullopt: CLOUDFLARE_ENV, else the top level. "" is the top level, chosen.
  std::optional<std::string> environment = {};
  Purpose purpose = Purpose::inspect;
  SecretFiles secrets = SecretFiles::skip;
  /// Today in UTC as YYYY-MM-DD: no compatibility date lies after it (see today_utc).
  std::string today = {};
};

struct LoadResult {
  Project project;
  std::vector<Diagnostic> warnings;
};

/// Fails with every error found (ErrorKind::user); warnings that belong to a failed load come after the
/// errors. Never throws, whatever bytes the files hold.
[[nodiscard]] Result<LoadResult>
load_project(const ReadOnlyFileSystem& files, const Environment& environment, const LoadOptions& options);

/// The date in UTC as YYYY-MM-DD.
[[nodiscard]] std::string today_utc(std::chrono::system_clock::time_point now);

/// The config file that serves `start`, looked for in it and the folders above: wrangler.json,
/// wrangler.jsonc, wrangler.toml, then pyproject.toml with [tool.pyw]. nullopt when there is none. Reads only
/// pyproject.toml.
[[nodiscard]] std::optional<Path> find_config_file(const ReadOnlyFileSystem& files, const Path& start);

} // namespace pyw::config

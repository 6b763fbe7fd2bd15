// Everything that decides what python_modules must hold, read from the disk and the environment in one go.
#pragma once

#include <config/project.hpp>
#include <python/interpreter.hpp>
#include <python/stamp.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::python {

/// The SDK every Worker imports from (facts/python.md 4).
inline constexpr std::string_view sdk_package = "workers-runtime-sdk";

struct SyncInputs {
  Path root;
  Path target; ///< python_modules
  TargetPython python;
  bool has_project_table = false;  ///< pyproject.toml with [project]: what uv reads requirements from
  bool names_sdk = false;          ///< the project asks for workers-runtime-sdk itself
  std::optional<std::string> lock; ///< pylock.toml
  std::optional<std::string> pyodide_index; ///< an extra index with wheels for Pyodide; nullopt: off
  std::optional<Stamp> synced;              ///< of the python_modules that is there
  Stamp wanted;                             ///< of the python_modules that is due, `lock` being as it is now
};

/// Reads the inputs of a project. Fails when the project cannot be synced as it stands: a Python without
/// packages, or a requirements.txt that nothing would read.
[[nodiscard]] Result<SyncInputs> read_sync_inputs(const ReadOnlyFileSystem& files,
                                                  const Environment& environment,
                                                  const config::Project& project);

/// The digest of the lock, as Stamp::lock has it; "none" when there is no lock.
[[nodiscard]] std::string lock_digest(const std::optional<std::string>& lock);

/// The digest of the files of the local packages that a lock in `root` names; empty when it names none.
[[nodiscard]] Result<std::string>
local_digest(const ReadOnlyFileSystem& files, const Path& root, const std::optional<std::string>& lock);

/// A distribution's name as indexes compare it: lower case, runs of `-_.` as one `-` (PEP 503).
[[nodiscard]] std::string normalized_name(std::string_view name);

/// The name at the start of a PEP 508 requirement, normalised; empty when there is none.
[[nodiscard]] std::string requirement_name(std::string_view requirement);

/// The extra index: $PYW_PYODIDE_INDEX, else what this pyw was configured with; "off" and empty mean none.
/// `{python}` in it stands for the Python version ("3.14").
[[nodiscard]] std::optional<std::string> pyodide_index(const Environment& environment,
                                                       const TargetPython& python);

} // namespace pyw::python

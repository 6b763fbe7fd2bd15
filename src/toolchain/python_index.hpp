// What uv's and pip's settings say about the Python package index. Private to toolchain/.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/http.hpp>

#include <optional>
#include <string>

namespace pyw::toolchain {

struct PythonIndexSettings {
  std::optional<std::string> index; ///< nullopt: nothing is set
  HttpConnection connection;
};

/// Fails on a uv.toml that is not TOML.
[[nodiscard]] Result<PythonIndexSettings> load_python_index_settings(const ReadOnlyFileSystem& files,
                                                                     const Environment& environment,
                                                                     const Path& directory);

} // namespace pyw::toolchain

// The single examinations of `pyw doctor`. None of them changes anything that stays.
#pragma once

#include <commands/command.hpp>

#include <string>
#include <vector>

namespace pyw::commands {

struct Finding {
  enum class Status {
    ok,
    warning, ///< works, or will once something is fetched or chosen
    problem, ///< the user must act
  };
  std::string check; ///< "uv", "workerd", "port": what was looked at
  Status status = Status::ok;
  std::string message;
  std::vector<std::string> hints = {};
};

/// Which uv would run, and what is wrong with others.
[[nodiscard]] std::vector<Finding> check_uv(Context& context);

/// Every part, byte by byte.
[[nodiscard]] std::vector<Finding> check_parts(Context& context);

/// Whether the cache can be written, how large it is, what could be removed, how full the disk is.
[[nodiscard]] std::vector<Finding> check_cache(Context& context);

/// The libraries that are loaded on first use.
[[nodiscard]] std::vector<Finding> check_libraries(Context& context);

/// Whether the port that `pyw dev` will use is free.
[[nodiscard]] std::vector<Finding> check_port(Context& context);

/// inotify's limits, where there is inotify.
[[nodiscard]] std::vector<Finding> check_watches(Context& context);

/// The project's configuration, when there is one.
[[nodiscard]] std::vector<Finding> check_project(Context& context);

/// Whether the npm registry and the Python index answer. Not asked with `--offline`.
[[nodiscard]] std::vector<Finding> check_registries(Context& context);

} // namespace pyw::commands

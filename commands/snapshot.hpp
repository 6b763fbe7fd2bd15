// `pyw snapshot`: memory snapshots of a Worker, made, shown, checked and removed by hand. `pyw dev` makes and
// uses them by itself.
#pragma once

#include <commands/command.hpp>

#include <string>
#include <vector>

namespace pyw::commands {

struct SnapshotOptions {
  std::string layer;                  ///< "base", "packages" or "dedicated"; empty: all
  std::string file;                   ///< a snapshot file in the place of the project's own
  std::string output;                 ///< build: the best layer is written there too, packed
  std::string html;                   ///< info: a flame graph of the imports is written there
  std::vector<std::string> env_names; ///< build: further names that `env` has, from `pyw dev --var`
  std::string config_key;             ///< build: the configuration in .pyw/run to be compiled, for `pyw dev`
  bool force = false;                 ///< build: also what is there, or was refused
  bool background = false;            ///< build: with low priority
  bool all = false;                   ///< clean: also those of the cache, which all projects share
};

[[nodiscard]] CommandEntry snapshot_command();

} // namespace pyw::commands

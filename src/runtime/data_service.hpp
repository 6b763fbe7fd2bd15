// What is behind the local data API (guest/data/api.js), which has every resource of the project under a name
// of its own: for `pyw kv|r2|d1|do|queues|workflows` and for the dashboard.
#pragma once

#include <base/process.hpp>
#include <base/result.hpp>
#include <base/world.hpp>
#include <runtime/local_services.hpp>

namespace pyw::runtime {

/// Adds the API to pyw's own service in front (`data_entrypoint`), with the Worker beside it; `out` has the
/// services of the resources already.
void add_data_api(const ServiceInput& input, LocalServices& out);

struct DataOptions {
  Path run_directory;   ///< for generated files. Absolute
  Path state_directory; ///< local data. Absolute
  Path socket;          ///< the Unix socket to listen on, at most 107 bytes; a stale one is removed. Absolute
  Path stores = {};     ///< see ServiceInput
  /// See ServiceInput: the way to the project's workflows, each of which names its Worker. The state then has
  /// a folder for each Worker's own.
  Path links = {};
  int listener = -1; ///< a listening Unix socket in the place of `socket`; -1: none
};

/// A command that serves the stores (KV, R2, D1, Durable Objects) alone, without the Worker and without
/// Python: 0.1 s to start. It tells when it listens as `pyw dev`'s does, on descriptor 3. Nothing else may
/// use the state then.
[[nodiscard]] Result<Command> prepare_data_runtime(const config::Project& project,
                                                   const RuntimeParts& parts,
                                                   const DataOptions& options,
                                                   World& world);

/// The configuration for it: pure, for tests. Adds the folders that must exist to `directories`.
[[nodiscard]] std::string plan_data_runtime(const ServiceInput& input, std::vector<Path>& directories);

} // namespace pyw::runtime

// What the Workers of one account share (`pyw edge`): KV namespaces, D1 databases, R2 buckets, datasets, rate
// limits and the cache, in one workerd without any Worker's code. There is one such process for a state
// folder, so that each store is alive once, whoever asks (ServiceInput::stores is how).
#pragma once

#include <base/process.hpp>
#include <base/result.hpp>
#include <base/world.hpp>
#include <runtime/local_services.hpp>

namespace pyw::runtime {

struct StoresOptions {
  Path run_directory;   ///< for generated files. Absolute
  Path state_directory; ///< the data. Absolute
  int listener = -1;    ///< a listening Unix socket, which the child inherits
};

/// A command that serves the stores. It tells when it listens on descriptor 3.
[[nodiscard]] Result<Command>
prepare_stores(const RuntimeParts& parts, const StoresOptions& options, World& world);

/// A configuration whose socket leads to `services` by the name that a request carries (guest/stores.js).
[[nodiscard]] std::string stores_config(const ServiceInput& input,
                                        LocalServices services,
                                        const std::vector<std::string>& front_bindings);
/// Writes the configuration and makes the folders; the command serves it on the listening socket.
[[nodiscard]] Result<Command> command_of_stores(const RuntimeParts& parts,
                                                const Path& file,
                                                const std::string& config,
                                                const std::vector<Path>& directories,
                                                int listener,
                                                World& world);

/// The configuration for it: pure, for tests. Adds the folders that must exist to `directories`.
[[nodiscard]] std::string plan_stores(const ServiceInput& input, std::vector<Path>& directories);

} // namespace pyw::runtime

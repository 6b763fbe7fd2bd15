// Where an account's data lies, and what stands for it while the server runs.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>

#include <string>

namespace pyw::edge {

struct AccountPlaces {
  Path stores;        ///< KV, D1, R2, datasets, …: what its Workers share
  Path run;           ///< made anew: configurations
  Path stores_socket; ///< where Workers ask for the stores
  Path data_socket;   ///< where the API does (guest/data/api.js)

  Path queues;        ///< messages
  Path queues_socket; ///< where Workers send them
  Path links_socket;  ///< where processes ask for Workers (edge/links.hpp)

  /// What one Worker alone has: its Durable Objects and workflows.
  [[nodiscard]] Path worker(const std::string& script) const { return root / "workers" / script; }

  Path root;
};

/// Deletes what a Worker keeps: of one workflow, or with an empty name of all its objects and workflows. Gone
/// in one step, also for a process that has it open. Whether there was anything.
[[nodiscard]] Result<bool> remove_worker_data(const AccountPlaces& places,
                                              const std::string& script,
                                              const std::string& workflow,
                                              FileSystem& files);

/// `data` is the server's folder.
[[nodiscard]] AccountPlaces places_of_account(const Path& data, const std::string& account);

} // namespace pyw::edge

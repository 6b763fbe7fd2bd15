// The queues of one account (`pyw edge`): one workerd that keeps the messages of all of them and delivers
// each to the Worker that consumes it, wherever that runs.
#pragma once

#include <base/process.hpp>
#include <base/result.hpp>
#include <base/world.hpp>
#include <runtime/local_services.hpp>

#include <map>
#include <string>
#include <vector>

namespace pyw::runtime {

struct QueuesOptions {
  Path run_directory;   ///< for generated files. Absolute
  Path state_directory; ///< the messages. Absolute
  Path links;           ///< see ServiceInput: how the consumers are reached
  int listener = -1;    ///< a listening Unix socket, which the child inherits
};

/// A Worker that consumes a queue.
struct AccountConsumer {
  config::QueueConsumer settings;
  std::string worker;
};

/// What the account has set for its queues.
struct AccountQueues {
  std::vector<AccountConsumer> consumers; ///< that get messages now
  std::map<std::string, double> delays;   ///< by queue, in seconds: of messages without a delay of their own
};

/// A command that serves the queues. It tells when it listens on descriptor 3.
[[nodiscard]] Result<Command> prepare_queues(const RuntimeParts& parts,
                                             const QueuesOptions& options,
                                             const AccountQueues& queues,
                                             World& world);

/// The configuration for it: pure, for tests. Adds the folders that must exist to `directories`.
[[nodiscard]] std::string
plan_queues(const ServiceInput& input, const AccountQueues& queues, std::vector<Path>& directories);

} // namespace pyw::runtime

// What makes a Worker run: workers.dev, routes, custom domains, cron, queues, Workflows.
#pragma once

#include <cloud/api.hpp>
#include <cloud/confirm.hpp>
#include <cloud/remote_state.hpp>
#include <cloud/worker.hpp>

#include <string>
#include <vector>

namespace pyw::cloud {

enum class FirstDeploy { no, yes };

struct TriggersResult {
  std::vector<std::string>
      targets; ///< "https://x.acme.workers.dev", "example.com/*", "schedule: 0 3 * * *" …
  std::vector<std::string> warnings;
};

/// Brings the live triggers to what the configuration says. Fails at once where nothing was changed yet;
/// later each trigger stands for itself: the others go on, and the error lists what failed and says that the
/// rest is in force
/// (`partial` then holds it).
[[nodiscard]] Result<TriggersResult> apply_triggers(Api& api,
                                                    const std::string& account,
                                                    const Worker& worker,
                                                    FirstDeploy first,
                                                    Interaction interaction,
                                                    const Confirm& confirm,
                                                    TriggersResult& partial);

/// "example.com/* (zone name: example.com)": for people.
[[nodiscard]] std::string describe_route(const config::Route& route);

/// The targets that are known before anything is sent, for --dry-run.
[[nodiscard]] std::vector<std::string> planned_targets(const Worker& worker);

/// The body of a route in the API.
[[nodiscard]] Json route_body(const config::Route& route);

/// The body of a queue consumer in the API.
[[nodiscard]] Json consumer_body(const config::QueueConsumer& consumer, const std::string& script);

} // namespace pyw::cloud

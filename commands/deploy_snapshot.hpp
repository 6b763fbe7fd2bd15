// A deployment's dedicated memory snapshot: making it shows whether the top level runs, and a target that
// takes snapshots (docs/target-extensions.md) gets it with the version.
#pragma once

#include <cloud/deploy_plan.hpp>
#include <commands/cloud_support.hpp>

#include <vector>

namespace pyw::commands {

enum class Effort {
  what_is_known, ///< of this very state of the code, from an earlier run: a dry run takes no seconds
  run,
};

/// What is wrong with the top level: a warning where it fails. It runs in the runtime of `pyw dev`, without
/// the network and without bindings; where that is not installed nothing is found (and -v says so).
[[nodiscard]] Result<std::vector<Diagnostic>>
check_top_level(const cloud::Worker& worker, Effort effort, Context& context);

/// Asks the target for its extensions and uses those that it has: sends the snapshot, leaves out the modules
/// that it keeps, and notes both in the plan. What goes wrong is said and costs only time: the plan then is
/// what it was.
void use_extensions(CloudSession& session,
                    const cloud::Worker& worker,
                    cloud::DeployPlan& plan,
                    Context& context);

} // namespace pyw::commands

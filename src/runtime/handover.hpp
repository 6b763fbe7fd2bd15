// Processes that are started before it is known for which Worker: they wait with an instance of Python's
// code, and become the process of one Worker when told which (guest/prepared.js). That saves three quarters
// of a cold start (measured: docs/performance.md).
#pragma once

#include <base/filesystem.hpp>
#include <base/secret.hpp>
#include <runtime/plan.hpp>
#include <runtime/stage.hpp>

#include <optional>
#include <string>

namespace pyw::runtime {

/// What makes a waiting process that of one Worker.
struct Handover {
  std::string key; ///< of the processes that can become this Worker's: equal to theirs
  Secret text;     ///< for `handover_file`; its secrets stand in it
};

/// nullopt when the Worker needs a process that was made for it: it has bindings beside plain values, modules
/// in JavaScript, a Python other than 3.14, no memory snapshot, or looks at its own exports. `settings` is
/// its settings.json.
[[nodiscard]] Result<std::optional<Handover>> plan_handover(const PlanInput& input,
                                                            const ConfigPlan& plan,
                                                            const std::string& settings,
                                                            const StagedWorker& staged,
                                                            const ReadOnlyFileSystem& files);

/// The project as one that waits has it: without the values that the Worker's own will take the place of.
[[nodiscard]] config::Project without_values(config::Project project);

/// ahead.json of a process that waits in `run_directory` for Workers like the one with these settings.
[[nodiscard]] std::string
ahead_text(const std::string& settings, const StagedWorker& staged, const Path& run_directory);

/// Read once by a waiting process, when it is asked to start its Worker; may be removed as soon as it has.
[[nodiscard]] Path handover_file(const Path& run_directory);

} // namespace pyw::runtime

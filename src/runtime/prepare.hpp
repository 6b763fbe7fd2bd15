// The second half of a start: from what was staged to a command that serves it.
#pragma once

#include <base/process.hpp>
#include <base/result.hpp>
#include <base/world.hpp>
#include <bundle/manifest.hpp>
#include <config/project.hpp>
#include <runtime/handover.hpp>
#include <runtime/parts.hpp>
#include <runtime/plan.hpp>
#include <runtime/stage.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::runtime {

struct PrepareOptions {
  Path run_directory;   ///< generated files; what an earlier preparation left is replaced. Absolute
  Path state_directory; ///< local data. Absolute
  Path socket;          ///< the Unix socket to listen on, at most 107 bytes; a stale one is removed. Absolute
  Path debug_socket;    ///< the same for workerd's debug port, through which other Workers reach this one;
                        ///< empty: there is none
  Path registry;        ///< the folder in which running Workers of this machine are noted. Absolute
  Observe observe = Observe::no; ///< tell each run of a handler
  Events events = Events::at_once;
  Served served = {};                ///< see runtime/plan.hpp
  std::optional<Path> snapshot;      ///< a memory snapshot to continue from, checked. Absolute
  Ahead ahead = Ahead::no;           ///< yes: a process for a Worker like this one, see runtime/handover.hpp
  std::optional<Path> base_snapshot; ///< the same of Python alone, for Workers that this one loads. Absolute
  std::optional<Path> mock; ///< a Python file with classes that answer for platform-only bindings. Absolute
};

struct PreparedRuntime {
  Command command;        ///< workerd with --control-fd=3; whoever starts it adds the descriptor
  std::string alive_path; ///< answered at once by a runtime whose event loop runs
  /// Answered with another status than 204 while code of a workflow runs. Empty: it has none of its own, or
  /// is not served by `pyw edge`.
  std::string busy_path;
  std::string start_path; ///< to be asked for on the socket once workerd listens: 204 when Python has started
  std::string prepare_path;  ///< the same, but 204 when only the Worker's own modules are missing; they are
                             ///< read when `start_path` is asked for
  std::string rehearse_path; ///< between the two: 204 when a start has been tried out, which makes the real
                             ///< one faster
  std::string events_path;   ///< the same, from where on events may run (Events::when_told)
  /// Equal: but for their own Python modules the same Worker, so that one can be started where the other was
  /// prepared.
  std::string reuse_key;
  /// Something of it runs without being asked (alarms, queues, workflows, schedules): a second process beside
  /// the one that serves would run it as well, or know of alarms that are no more.
  bool acts_by_itself = false;
  std::string entry_service;        ///< what a request for the Worker goes to, by workerd's name for it
  std::string config_key;           ///< see runtime/compiled_config.hpp
  bool is_compiled = false;         ///< the configuration was there as workerd reads it fastest
  std::string fingerprint;          ///< equal: the same Worker (code, packages, configuration, guest)
  std::optional<Handover> handover; ///< served to everybody: how one that waits becomes this Worker's
  bool has_storage = false;         ///< two generations must not serve at the same time
  std::vector<Diagnostic> warnings;
};

/// Writes the run directory and makes the state folders. The files may be overwritten by the next preparation
/// as soon as workerd listens: it has read them by then. Fails with the place for what the user can mend;
/// nothing is started.
[[nodiscard]] Result<PreparedRuntime> prepare(const config::Project& project,
                                              const bundle::BundleManifest& bundle,
                                              const RuntimeParts& parts,
                                              const StagedWorker& staged,
                                              const PrepareOptions& options,
                                              World& world);

/// workerd, to listen on the Unix socket `socket` for what its configuration calls `http`; the configuration
/// is still to be added. Whoever starts it adds descriptor 3, on which it tells, as lines of JSON, that it
/// listens.
[[nodiscard]] Command serve_command(const RuntimeParts& parts, const Path& socket);

/// The same, to listen on the Unix socket that `listener` is: a descriptor here, inherited by the child.
[[nodiscard]] Command serve_command_on(const RuntimeParts& parts, int listener);

} // namespace pyw::runtime

// One generation of the Worker for `pyw dev`: load, sync, fetch the runtime, bundle, write workerd's
// configuration.
#pragma once

#include <base/glob.hpp>
#include <commands/dev.hpp>
#include <commands/dev_registry.hpp>
#include <config/project.hpp>
#include <devserver/server.hpp>
#include <runtime/prepare.hpp>
#include <runtime/worker_output.hpp>
#include <snapshot/layers.hpp>

#include <memory>
#include <mutex>

namespace pyw::commands {

class DevPreparer {
public:
  /// Loads the project once, to know where it lies. Fails with everything that is wrong with it.
  [[nodiscard]] static Result<std::unique_ptr<DevPreparer>> make(const DevOptions& options, Context& context);

  /// The project as it was when the session began: its root and its address do not move.
  [[nodiscard]] const config::Project& project() const { return m_first; }

  [[nodiscard]] const Path& state_directory() const { return m_state_directory; }

  /// On the preparation's thread.
  [[nodiscard]] Result<devserver::PreparedWorker> prepare(devserver::Generation generation,
                                                          devserver::PartsCheck check);

  /// On the preparation's thread: a runtime for what was prepared last, but for its own modules. nullopt for
  /// a Worker in JavaScript, with mocks, or one that acts by itself.
  [[nodiscard]] Result<std::optional<devserver::PreparedWorker>> prepare_standby();

  /// From any thread: how other Workers reach what was prepared last, in the process with that debug port.
  /// That is what begins to serve: the next preparation waits for it.
  [[nodiscard]] DevRegistration::Entry address(const Path& debug_socket) const;

  [[nodiscard]] const Path& registry() const { return m_registry; }

  /// From any thread: says once why a snapshot that was built beside the Worker was refused.
  void background_ended();

  /// From any thread: what the last preparation was made from.
  [[nodiscard]] devserver::WatchList watch_list() const;
  /// Folders that hold no module: tools' own, virtual environments, what .gitignore names.
  [[nodiscard]] bool skips(const Path& folder) const;

private:
  DevPreparer(const DevOptions& options, Context& context, config::Project first);
  [[nodiscard]] Result<config::Project> load();
  void warn_once(const std::vector<Diagnostic>& warnings);
  void remember(const config::Project& project);
  [[nodiscard]] Path mock_file() const; ///< only with `--mock`
  /// The snapshot of Python alone, for Workers that this one loads.
  [[nodiscard]] std::optional<Path> usable_base();
  /// Makes the snapshots that are missing, and compiles the configuration when a key is given.
  [[nodiscard]] std::optional<Command> background_work(const config::Project& project,
                                                       const std::string& config_key);

  const DevOptions& m_options;
  Context& m_context;
  config::Project m_first;
  Path m_state_directory;
  Path m_registry;
  IgnoreRules m_ignore;
  std::mutex m_warning_mutex;
  std::vector<std::string> m_warned; ///< a warning is shown once, not at every save
  std::vector<snapshot::LayerPlan> m_layers;
  snapshot::CheckedFiles m_checked;

  /// All that the last preparation found.
  struct Last {
    config::Project project;
    bundle::BundleManifest bundle;
    runtime::RuntimeParts parts;
    runtime::StagedWorker staged;
    runtime::PrepareOptions options;
    std::string reuse_key;
    bool acts_by_itself = false;
  };

  std::optional<Last> m_last;
  int m_standbys = 0; ///< made so far
  mutable std::mutex m_mutex;
  devserver::WatchList m_watch;
  std::string m_entry_service;
  std::vector<std::string> m_consumed_queues;
};

} // namespace pyw::commands

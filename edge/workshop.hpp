// From a stored version to a command that serves it: unseals its secrets, lays out what workerd reads, picks
// the memory snapshot it continues from.
#pragma once

#include <base/world.hpp>
#include <edge/account_places.hpp>
#include <edge/blobs.hpp>
#include <edge/project.hpp>
#include <edge/vault.hpp>
#include <edge/version.hpp>
#include <runtime/handover.hpp>
#include <runtime/parts.hpp>
#include <runtime/prepare.hpp>
#include <runtime/worker_process.hpp>
#include <snapshot/layers.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace pyw::edge {

/// What a Worker can be started with.
struct StartPlan {
  std::string worker; ///< ACCOUNT/SCRIPT
  Role role = Role::alone;
  std::string owns;          ///< of an owner: what no other process may have meanwhile
  Path debug_socket;         ///< where other processes of the account reach it
  std::string entry_service; ///< what a request for the Worker goes to, by workerd's name for it
  std::string control;       ///< what the server's own requests are known by
  std::string busy_path;     ///< see PreparedRuntime
  runtime::WorkerSetup setup;
  std::string layer; ///< "dedicated", "packages" or "base": the snapshot that it continues from, or empty
  std::uint64_t number = 0; ///< of the version's preparations: a later one has another
  std::string problem = {}; ///< what could not be used, and is to be told once it runs
  std::string config_key;   ///< runtime/compiled_config.hpp; empty when it is compiled, or may not be
  /// How a waiting process becomes this Worker's; its key is one of the account's own. nullopt: none can.
  std::optional<runtime::Handover> handover = {};
};

/// A process to be started ahead, for any Worker whose handover has the key.
struct AheadPlan {
  std::string key;
  runtime::WorkerSetup setup; ///< `start_path` is asked for when it has become a Worker's
  std::string prepare_path;   ///< answered when it waits
  std::string control;        ///< StartPlan::control
  Path run_directory;
};

class Workshop {
public:
  using FindParts = std::function<Result<runtime::RuntimeParts>(const config::Project&)>;
  using FindPlaces = std::function<AccountPlaces(const std::string& account)>;

  /// `folder` is for generated files, a folder a version in one an account. What an earlier server left of
  /// secrets there is removed.
  Workshop(Path folder,
           const BlobStore& blobs,
           const Vault& vault,
           FindParts parts,
           FindPlaces places,
           World& world);

  /// From any thread; takes its time. Fails when a blob is damaged, or the version cannot be run here.
  [[nodiscard]] Result<StartPlan> prepare(const Version& version, Role role);

  /// The same for a process that waits, in a folder of its own: for Workers like this version.
  /// nullopt when there is nothing that it could be prepared for.
  [[nodiscard]] Result<std::optional<AheadPlan>> prepare_ahead(const Version& version, const Path& folder);

  /// Once it runs: removes its secrets from the disk, or makes its next start faster.
  void started(const Version& version, const StartPlan& plan);

  /// Makes the version's own snapshot, where it has none that can be used. Takes seconds.
  [[nodiscard]] Result<void> make_snapshot(const Version& version);

  /// What was generated for versions that are gone.
  void forget(const Version& version);

private:
  struct Staged;
  [[nodiscard]] Result<Staged> stage(const Version& version, Role role = Role::alone);
  [[nodiscard]] Result<void> check_modules(const Version& version) const;
  [[nodiscard]] Result<void> mark_used(const Version& version);
  [[nodiscard]] Result<std::map<std::string, Secret>> unsealed(const Version& version) const;
  [[nodiscard]] Result<void>
  lay_out_snapshot(const Version& version, const Path& file, const std::string& key);

  /// For a process with its generated files in `run`, and its state in `root`.
  [[nodiscard]] Result<runtime::PrepareOptions>
  options_for(const Version& version, const Path& run, const Path& root);
  [[nodiscard]] runtime::WorkerSetup setup_of(runtime::PreparedRuntime& prepared,
                                              const Version& version,
                                              const Staged& staged,
                                              const runtime::PrepareOptions& options) const;
  [[nodiscard]] Confinement
  confinement_of(const Version& version, const Staged& staged, std::vector<Path> writable) const;

  [[nodiscard]] Path folder_of(const std::string& account) const;

  [[nodiscard]] Path root_of(const Version& version) const { return folder_of(version.account) / version.id; }

  Path m_folder;
  const BlobStore& m_blobs;
  const Vault& m_vault;
  FindParts m_parts;
  FindPlaces m_places;
  World& m_world;
  std::mutex m_mutex; ///< byte code is compiled in one place, one at a time
  snapshot::CheckedFiles m_checked;
  std::map<std::string, std::uint64_t> m_preparations; ///< by version: how many
  std::map<std::string, StartPlan> m_ready;            ///< by version: what the next start can take as it is
};

/// What a secret of a version is sealed under.
[[nodiscard]] std::string
secret_place(const std::string& account, const std::string& script, const std::string& name);

} // namespace pyw::edge

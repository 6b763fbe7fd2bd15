// From a stored version to a command that serves it: unseals its secrets, lays out what workerd reads, picks
// the memory snapshot it continues from.
#pragma once

#include <base/world.hpp>
#include <edge/blobs.hpp>
#include <edge/project.hpp>
#include <edge/vault.hpp>
#include <edge/version.hpp>
#include <runtime/parts.hpp>
#include <runtime/worker_process.hpp>
#include <snapshot/layers.hpp>

#include <functional>
#include <mutex>
#include <string>

namespace pyw::edge {

/// What a Worker can be started with.
struct StartPlan {
  runtime::WorkerSetup setup;
  std::string layer; ///< "dedicated", "packages" or "base": the snapshot that it continues from, or empty
  std::string config_key; ///< runtime/compiled_config.hpp; empty when it is compiled, or may not be
};

class Workshop {
public:
  using FindParts = std::function<Result<runtime::RuntimeParts>(const config::Project&)>;

  /// `folder` is for generated files, a folder a version. What an earlier server left of secrets there is
  /// removed.
  Workshop(Path folder, const BlobStore& blobs, const Vault& vault, FindParts parts, World& world);

  /// From any thread; takes its time. Fails when a blob is damaged, or the version cannot be run here.
  [[nodiscard]] Result<StartPlan> prepare(const Version& version);

  /// Once it runs: removes its secrets from the disk, or makes its next start faster.
  void started(const Version& version, const StartPlan& plan);

  /// Makes the version's own snapshot, where it has none that can be used. Takes seconds.
  [[nodiscard]] Result<void> make_snapshot(const Version& version);

  /// What was generated for versions that are gone.
  void forget(const std::string& version);

private:
  struct Staged;
  [[nodiscard]] Result<Staged> stage(const Version& version);
  [[nodiscard]] Result<std::map<std::string, Secret>> unsealed(const Version& version) const;
  [[nodiscard]] Result<void>
  lay_out_snapshot(const Version& version, const Path& file, const std::string& key);

  [[nodiscard]] Path root_of(const std::string& version) const { return m_folder / version; }

  Path m_folder;
  const BlobStore& m_blobs;
  const Vault& m_vault;
  FindParts m_parts;
  World& m_world;
  std::mutex m_mutex; ///< byte code is compiled in one place, one at a time
  snapshot::CheckedFiles m_checked;
  std::map<std::string, StartPlan> m_ready; ///< by version: what the next start can take as it is
};

/// What a secret of a version is sealed under.
[[nodiscard]] std::string
secret_place(const std::string& account, const std::string& script, const std::string& name);

} // namespace pyw::edge

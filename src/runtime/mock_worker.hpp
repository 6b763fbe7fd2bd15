// `pyw dev --mock FILE.py`: a Worker of its own whose classes answer for bindings that exist on the platform
// only. `class AI(WorkerEntrypoint)` is what `env.AI` calls, by RPC. Its Python starts with the first call.
#pragma once

#include <runtime/plan.hpp>

#include <optional>

namespace pyw::runtime {

class MockWorker {
public:
  /// Reads the file and writes its pack into `run_directory`/mock. Fails when it cannot be read, or has no
  /// class that could answer. `packages` are the packs that the real Worker has as well.
  [[nodiscard]] static Result<MockWorker> load(const config::Project& project,
                                               const Path& file,
                                               const GuestFiles& packages,
                                               const Path& run_directory,
                                               FileSystem& files);

  /// The plan's input for it, from the real Worker's. Points into both.
  [[nodiscard]] PlanInput input(const PlanInput& real) const;

  [[nodiscard]] const Path& run_directory() const { return m_run; }

  /// Differs when the file does.
  [[nodiscard]] const std::string& digest() const { return m_digest; }

private:
  MockWorker() = default;

  config::Project m_project;
  bundle::BundleManifest m_bundle;
  GuestFiles m_files;
  Path m_run;
  std::vector<std::string> m_classes;
  std::vector<std::string> m_handlers;
  std::string m_digest;
};

} // namespace pyw::runtime

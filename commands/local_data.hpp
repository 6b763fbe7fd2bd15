// The local data as an API: through the `pyw dev` that has it open, else by a workerd started for this
// command alone.
#pragma once

#include <base/process.hpp>
#include <cloud/api.hpp>
#include <commands/command.hpp>
#include <commands/dev_lock.hpp>
#include <config/project.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pyw::commands {

/// Stores (KV, R2, D1, Durable Objects) can be read without the Worker; queues and workflows run its code.
enum class LocalNeeds { stores, running_worker };

/// Where local data is kept: `--persist-to`, else .pyw/state of the project. Of a folder that wrangler uses
/// it is the part named v3, which is read and written as wrangler does (runtime::layout_of).
[[nodiscard]] Path state_directory(const Context& context,
                                   const config::Project& project,
                                   const std::optional<std::string>& persist_to);

class LocalData {
public:
  /// Fails when `needs` is running_worker and no `pyw dev` has the state folder open, and when workerd does
  /// not start. Waits while another command has the data for itself, 30 s at most.
  [[nodiscard]] static Result<LocalData>
  open(const config::Project& project, const Path& state_directory, LocalNeeds needs, Context& context);

  /// Its paths begin with "/accounts/local". Valid as long as this object.
  [[nodiscard]] const cloud::LocalApi& api() const { return m_api; }

private:
  LocalData() = default;

  cloud::LocalApi m_api;
  std::optional<DevLock> m_lock;         ///< held while the child runs
  std::unique_ptr<ChildProcess> m_child; ///< none when `pyw dev` answers
};

} // namespace pyw::commands

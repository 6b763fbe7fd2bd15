// What is live before a deployment, read with the requests that the platform's client makes, in its order.
#pragma once

#include <cloud/api.hpp>
#include <cloud/worker.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pyw::cloud {

struct RemoteState {
  bool exists = false;
  std::string worker_tag; ///< the id that logs and events carry; empty when unknown
  std::vector<std::string> tags;
  std::optional<std::string> migration_tag = {};
  std::string last_deployed_from;          ///< "wrangler", "dash", "api" …
  std::shared_ptr<Json> latest_deployment; ///< null when there is none
};

/// A change that would be lost, or traffic that would move: said before anything is sent.
struct Concern {
  enum class Kind { overwrites, splits_traffic };
  Kind kind = Kind::overwrites;
  std::string message;
  std::string question;
};

/// Says a concern, and decides whether to go on.
using Decide = std::function<bool(const Concern&)>;

/// Where the resources of an account live: "/accounts/ID".
[[nodiscard]] std::string account_path(const std::string& account);
/// "/accounts/ID/workers/scripts/NAME", or the dispatch namespace's.
[[nodiscard]] std::string script_path(const std::string& account, const Worker& worker);

/// Reads the live state and refuses what cannot work: a version of a Worker that does not exist, a queue that
/// does not. `provisions` says that queues of producers are made on the way. When `decide` says no, nothing
/// more is asked and the error says that nothing was deployed.
[[nodiscard]] Result<RemoteState>
preflight(Api& api, const std::string& account, const Worker& worker, bool provisions, const Decide& decide);

/// Fails when a configured queue, of producers too, does not exist.
[[nodiscard]] Result<void> check_queues_exist(Api& api, const std::string& account, const Worker& worker);

/// Reads the latest deployment into `state`; traffic that is split between versions is a concern. A Worker
/// that does not exist has none.
[[nodiscard]] Result<void> read_latest_deployment(
    Api& api, const std::string& account, const Worker& worker, RemoteState& state, const Decide& decide);

/// The live migration tag, read again right before the upload when the configuration has migrations.
[[nodiscard]] Result<std::optional<std::string>>
read_migration_tag(Api& api, const std::string& account, const Worker& worker);

/// "`A`", "`A` and `B`", "`A`, `B` and `C`".
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

} // namespace pyw::cloud

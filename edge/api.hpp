// The deploy API: who may call, and what each operation does. Knows no sockets; any thread may call.
#pragma once

#include <edge/asset_session.hpp>
#include <edge/blobs.hpp>
#include <edge/exchange.hpp>
#include <edge/quotas.hpp>
#include <edge/records.hpp>
#include <edge/snapshot_uploads.hpp>
#include <edge/socket_request.hpp>
#include <edge/vault.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace pyw::edge {

class Tails;

/// What starting a version once has shown.
struct StartReport {
  std::uint64_t startup_ms = 0;
  std::string layer; ///< StartPlan::layer
};

struct ApiParts {
  Records& records;
  const Vault& vault;
  BlobStore& blobs;
  SnapshotUploads& snapshots;
  std::string domain = "localhost"; ///< Workers answer below it
  std::uint16_t port = 0;           ///< of the gateway, for addresses that are told
  /// Starts the version once. Fails with the Worker's own words when it does not come up.
  std::function<Result<StartReport>(const Version&)> validate;
  /// What is stored is what is served, when it returns.
  std::function<Result<void>()> apply;
  /// Asks what keeps an account's data (guest/data/api.js).
  std::function<Result<ApiAnswer>(const std::string& account, const SocketRequest&)> ask_data = {};
  /// To be called when the account's namespaces, databases or buckets have changed.
  std::function<void(const std::string& account)> data_changed = [](const std::string&) {};
  /// The same for its queues' consumers.
  std::function<void(const std::string& account)> queues_changed = [](const std::string&) {};
  /// Asks what keeps the messages of an account's queues (guest/account_queues.js).
  std::function<Result<ApiAnswer>(const std::string& account, const SocketRequest&)> ask_queues = {};
  /// To be called when a Worker's workflow, or with an empty name the whole Worker, was deleted: what they
  /// kept is no more when it returns.
  std::function<Result<void>(
      const std::string& account, const std::string& script, const std::string& workflow)>
      data_deleted = [](const auto&, const auto&, const auto&) { return Result<void>(); };
  Quotas quotas = {};
  std::string scheme = "http"; ///< by which Workers answer: or "https"
  Tails* tails = nullptr;      ///< set by who serves
};

/// One call that was let in.
struct Call {
  const ApiRequest& request;
  std::map<std::string, std::string> path; ///< parameters by name: "account", "script", "version", …
  Account account;
  Token token;
  std::optional<AssetSession> assets = {}; ///< in the place of an API token's rights (Scope::assets)

  /// The body as JSON, whatever its Content-Type says; discarded when it is none.
  [[nodiscard]] Json json() const;
  [[nodiscard]] const std::string& at(const std::string& name) const;
};

struct OperationRow;

class Api {
public:
  explicit Api(ApiParts parts) : m_parts(std::move(parts)) {}

  [[nodiscard]] ApiAnswer handle(const ApiRequest& request);

  [[nodiscard]] ApiParts& parts() { return m_parts; }

  /// Changes of one script take turns: what a change is decided on still holds when it is written.
  [[nodiscard]] std::unique_lock<std::mutex> change(const Call& call);

private:
  [[nodiscard]] Outcome run(const ApiRequest& request);
  [[nodiscard]] Outcome run_row(const Call& call, const OperationRow& row);
  [[nodiscard]] Outcome run_with_session(Call call, const OperationRow& row, std::string_view bearer);

  ApiParts m_parts;
  std::mutex m_mutex;
  std::map<std::string, std::mutex> m_changes; ///< by account and script
  UploadTurns m_uploads;
};

/// A token's hash, as it is stored: tokens are 32 random bytes, so a plain SHA-256 cannot be searched.
[[nodiscard]] std::string token_hash(std::string_view token);

struct NewToken {
  Token token;
  Secret value; ///< shown once
};

/// `scopes`: "read", "write" or "read write".
[[nodiscard]] Result<NewToken> create_token(Records& records,
                                            const std::string& account,
                                            const std::string& name,
                                            const std::string& scopes);

} // namespace pyw::edge

// KV namespaces, D1 databases, R2 buckets and queues of an account: what they are called. Their content is in
// the account's stores.
#pragma once

#include <edge/database.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::edge {

struct Resource {
  std::string id;
  std::string name; ///< unique among the account's of that kind
  std::string created;
  std::string document = "{}"; ///< JSON: what else is kept
};

/// Of one account and one kind ("kv", "d1", "r2", "queue", "workflow").
class ResourceRecords {
public:
  ResourceRecords(Database& database, std::string account, std::string kind)
      : m_database(database), m_account(std::move(account)), m_kind(std::move(kind)) {}

  /// In the order of their names.
  [[nodiscard]] Result<std::vector<Resource>> all();
  [[nodiscard]] Result<std::optional<Resource>> find(const std::string& id);
  [[nodiscard]] Result<std::optional<Resource>> named(const std::string& name);

  /// Whether it was added: false when the name or the id is taken. On disk when it returns.
  [[nodiscard]] Result<bool> add(const Resource& resource);
  /// Name and document anew; false when another has the name.
  [[nodiscard]] Result<bool> change(const Resource& resource);
  [[nodiscard]] Result<void> remove(const std::string& id);

private:
  [[nodiscard]] Result<std::vector<Resource>> select(const std::string& condition,
                                                     const std::vector<Cell>& parameters);

  Database& m_database;
  std::string m_account;
  std::string m_kind;
};

/// Accounts that have a queue.
[[nodiscard]] Result<std::vector<std::string>> accounts_with_queues(Database& database);

} // namespace pyw::edge

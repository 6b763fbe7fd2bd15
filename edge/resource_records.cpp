#include <edge/resource_records.hpp>

namespace pyw::edge {

Result<std::vector<Resource>> ResourceRecords::select(const std::string& condition,
                                                      const std::vector<Cell>& parameters) {
  std::vector<Cell> all{m_account, m_kind};
  all.insert(all.end(), parameters.begin(), parameters.end());
  PYW_TRY_ASSIGN(const auto rows,
                 m_database.run("SELECT id, name, created, document FROM resources WHERE account = ? AND "
                                "kind = ? " +
                                    condition + " ORDER BY name",
                                all));
  std::vector<Resource> out;
  for (const auto& row : rows) {
    out.push_back(
        {row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or(""), row.at(3).value_or("{}")});
  }
  return out;
}

Result<std::vector<Resource>> ResourceRecords::all() {
  return select("", {});
}

Result<std::optional<Resource>> ResourceRecords::find(const std::string& id) {
  PYW_TRY_ASSIGN(auto found, select("AND id = ?", {id}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::optional<Resource>> ResourceRecords::named(const std::string& name) {
  PYW_TRY_ASSIGN(auto found, select("AND name = ?", {name}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<bool> ResourceRecords::add(const Resource& resource) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database.run("INSERT OR IGNORE INTO resources VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                     {m_account, m_kind, resource.id, resource.name, resource.created, resource.document}));
  return !rows.empty();
}

Result<bool> ResourceRecords::change(const Resource& resource) {
  PYW_TRY_ASSIGN(const auto rows,
                 m_database.run("UPDATE OR IGNORE resources SET name = ?, document = ? WHERE account = ? AND "
                                "kind = ? AND id = ? RETURNING name",
                                {resource.name, resource.document, m_account, m_kind, resource.id}));
  return !rows.empty() && rows.front().at(0) == resource.name;
}

Result<void> ResourceRecords::remove(const std::string& id) {
  PYW_TRY(m_database.run("DELETE FROM resources WHERE account = ? AND kind = ? AND id = ?",
                         {m_account, m_kind, id}));
  return {};
}

Result<std::vector<std::string>> accounts_with_queues(Database& database) {
  PYW_TRY_ASSIGN(const auto rows,
                 database.run("SELECT DISTINCT account FROM resources WHERE kind = 'queue'"));
  std::vector<std::string> out;
  for (const auto& row : rows) {
    out.push_back(row.at(0).value_or(""));
  }
  return out;
}

} // namespace pyw::edge

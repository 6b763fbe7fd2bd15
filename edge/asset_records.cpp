#include <edge/asset_records.hpp>

namespace pyw::edge {

Result<std::optional<StoredAsset>> AssetRecords::find(const std::string& account, const std::string& hash) {
  PYW_TRY_ASSIGN(
      const auto rows,
      m_database.run("SELECT digest, size FROM assets WHERE account = ? AND hash = ?", {account, hash}));
  if (rows.empty()) {
    return std::nullopt;
  }
  return StoredAsset{hash, rows[0].at(0).value_or(""), std::stoull(rows[0].at(1).value_or("0"))};
}

Result<void> AssetRecords::add(const std::string& account, const std::vector<StoredAsset>& assets) {
  Database::Transaction transaction(m_database);
  for (const auto& asset : assets) {
    PYW_TRY(m_database.run("INSERT INTO assets VALUES (?, ?, ?, ?) ON CONFLICT (account, hash) DO UPDATE SET "
                           "digest = excluded.digest, size = excluded.size",
                           {account, asset.hash, asset.digest, std::to_string(asset.size)}));
  }
  return transaction.commit();
}

} // namespace pyw::edge

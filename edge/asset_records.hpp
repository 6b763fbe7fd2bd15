// Static assets that an account has sent: under the client's own hash, which blob it is.
#pragma once

#include <edge/database.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pyw::edge {

struct StoredAsset {
  std::string hash;   ///< the client's: 32 hexadecimal digits, of content and file name's ending
  std::string digest; ///< of the content, a blob
  std::uint64_t size = 0;
};

class AssetRecords {
public:
  explicit AssetRecords(Database& database) : m_database(database) {}

  [[nodiscard]] Result<std::optional<StoredAsset>> find(const std::string& account, const std::string& hash);

  /// All of them or none; on disk when it returns.
  [[nodiscard]] Result<void> add(const std::string& account, const std::vector<StoredAsset>& assets);

private:
  Database& m_database;
};

} // namespace pyw::edge

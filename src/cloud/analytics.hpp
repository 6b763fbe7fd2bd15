// What the platform measured: its GraphQL endpoint, whose answers have no envelope.
#pragma once

#include <cloud/api.hpp>

#include <cstdint>
#include <string>

namespace pyw::cloud {

struct BucketSize {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0; ///< contents and metadata
};

/// The latest size of the last day; zeros when there is none. `bucket` is "name", or "jurisdiction_name".
/// Fails when the API refuses.
[[nodiscard]] Result<BucketSize>
read_bucket_size(Api& api, const std::string& account, const std::string& bucket);

struct DatabaseUse {
  std::uint64_t read_queries = 0;
  std::uint64_t write_queries = 0;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
};

/// The sum over the last day.
[[nodiscard]] Result<DatabaseUse>
read_database_use(Api& api, const std::string& account, const std::string& database);

} // namespace pyw::cloud

// What the operations on KV, D1 and R2 have in common: lists by page, and passing on what the account's data
// itself answers.
#pragma once

#include <edge/operations.hpp>
#include <edge/resource_records.hpp>

#include <string>
#include <vector>

namespace pyw::edge {

[[nodiscard]] ResourceRecords resources_of(Api& api, const Call& call, const char* kind);

/// The page that the query asks for (`page`, `per_page`); past the last one an empty list.
[[nodiscard]] Outcome page_of(const Call& call, const std::vector<Json>& items);

/// The request as it came, to the account's data.
[[nodiscard]] Outcome relay(Api& api, const Call& call);

/// The same with another body or method. `path` begins behind the account's id.
[[nodiscard]] Result<ApiAnswer>
ask_data(Api& api, const Call& call, const std::string& method, const std::string& path, const Json& body);

/// Names of databases, buckets and queues: letters, digits, `-`, `_` and `.`, 64 at most.
[[nodiscard]] bool is_resource_name(std::string_view name);

} // namespace pyw::edge

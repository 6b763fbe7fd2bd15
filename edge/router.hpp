// Method and path to operation: a table.
#pragma once

#include <edge/api.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace pyw::edge {

/// What the caller needs: an API token with that right, the token of an upload of assets, or an address that
/// says by itself what it is good for.
enum class Scope { read, write, assets, address };

struct OperationRow {
  std::string_view method;
  std::string_view pattern; ///< "/accounts/:account/workers/scripts/:script"
  Scope scope = Scope::read;
  std::string_view name; ///< for the audit log and the metrics
  Outcome (*run)(Api& api, const Call& call) = nullptr;
};

[[nodiscard]] std::span<const OperationRow> operations();

struct Matched {
  const OperationRow* row = nullptr; ///< nullptr: no such path
  std::map<std::string, std::string> path;
  bool other_method = false; ///< the path exists, with other methods
};

/// Pure.
[[nodiscard]] Matched match_operation(std::string_view method, std::string_view path);

} // namespace pyw::edge

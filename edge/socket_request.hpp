// One request to a process of the server's own, on its Unix socket, by a thread that may wait.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <edge/exchange.hpp>

namespace pyw::edge {

struct SocketRequest {
  std::string method;
  std::string target; ///< path and query, as they go over
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// The answer with its status, type, body and the headers that it has. Fails when nobody answers within
/// a minute and a half.
[[nodiscard]] Result<ApiAnswer> ask_socket(const Path& socket, const SocketRequest& request);

} // namespace pyw::edge
